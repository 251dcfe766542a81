"""The month for the board, as one page: figures of the published marts, charts and words around them."""
