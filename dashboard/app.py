"""The entry of the dashboard: its pages, the side bar, and what is said where the marts cannot be read."""

from pathlib import Path

import streamlit as st

from console import Stop, local
from dashboard import data, views
from dashboard.formats import plain

# a file, since Streamlit would fetch a symbol or an emoji from elsewhere
ICON = str(Path(__file__).parent / "icon.svg")
SECONDS_BETWEEN_LOOKS = 5
# the name of a tile goes on in a second line, which Streamlit would cut
STYLE = """<style>[data-testid="stMetricLabel"] * { white-space: normal; overflow: visible; text-overflow: clip; }</style>"""
PAGES = (
    ("overview", "Overview", ":material/dashboard:"),
    ("revenue", "Revenue", ":material/payments:"),
    ("retention", "Retention", ":material/autorenew:"),
    ("voice", "Voice", ":material/forum:"),
    ("support", "Support", ":material/support_agent:"),
    ("product", "Product", ":material/touch_app:"),
    ("growth", "Growth", ":material/trending_up:"),
    ("health", "Health", ":material/monitor_heart:"),
    ("customer", "Customer", ":material/person_search:"),
    ("explorer", "Metric explorer", ":material/query_stats:"),
)


def main() -> None:
    """Run the chosen page on what is published now."""
    st.set_page_config(page_title="Customer-success metrics", page_icon=ICON, layout="wide")
    st.html(STYLE)
    page = st.navigation(
        [st.Page(f"screens/{name}.py", title=title, icon=icon, url_path=name) for name, title, icon in PAGES]
    )
    try:
        with data.reading():
            tell()
            watch()
            st.session_state["view"] = views.choose()
            about()
            page.run()
    except Stop as reason:
        st.error(plain(reason))


def tell() -> None:
    """Say so where this is another publication than the one that was shown before."""
    shown = data.shown_publication()
    if st.session_state.get("publication", shown) != shown:
        st.toast("A new build was published.", icon=":material/refresh:")
    st.session_state["publication"] = shown


@st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
def watch() -> None:
    """Run the page again as soon as something else is published."""
    try:
        now = data.publication()
    except Stop:
        # between two builds, or away for a moment: what is shown stays
        return
    if now != st.session_state["publication"]:
        st.rerun()


def about() -> None:
    """Below the choices: which build this is, and what is not shown."""
    build = data.build()
    with st.sidebar:
        if build:
            st.caption(plain(f"As of {build['as_of_day']} · built {local(build['built_at'])} · {data.name()}"))
        if not data.shows_personal_data():
            st.caption(
                "Personal data is hidden.",
                help=plain("Names and what people wrote: SHOW_PERSONAL_DATA=1 make dashboard"),
            )


main()
