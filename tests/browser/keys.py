"""A person who has a keyboard and nothing else."""

from playwright.sync_api import Page

MOST_TABS = 150
FOCUSED = """s => {
  const here = document.activeElement;
  if (!here?.matches(s)) return "";
  const shown = getComputedStyle(here), box = here.getBoundingClientRect();
  const marked = shown.outlineStyle !== "none" || shown.boxShadow !== "none";
  const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return marked && seen ? "seen" : "not seen";
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is looked for has the focus, and is seen to have it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED, selector)
        if found:
            assert found == "seen", f"{selector} has the focus and does not show it, on {page.url}"
            return
    message = f"{selector} is not reached by Tab on {page.url}"
    raise AssertionError(message)


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Go to a link or button and press a key on it."""
    tab_to(page, selector)
    page.keyboard.press(key)


def follow(page: Page, selector: str) -> None:
    """Go to a link or button that leads to another page, press Enter and wait for that page."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, selector: str, text: str) -> None:
    """Go to a field and write in it, in place of what stands there."""
    tab_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def enter(page: Page, address: str, username: str, password: str) -> Page:
    """Sign in from the address alone."""
    page.goto(address)
    write(page, "input[name=username]", username)
    write(page, "input[name=password]", password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return page
