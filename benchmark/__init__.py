"""What a build costs, and how that grows: inputs of any size, measured runs, and the page that tells of them."""
