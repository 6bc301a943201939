import pytest

from lms.ui.icons import IconNotFoundError, icon_drawing, render_icon

pytestmark = pytest.mark.unit


def test_icon_without_label_is_hidden_from_screen_readers():
    drawn = render_icon("book-open")

    assert 'aria-hidden="true"' in drawn
    assert 'class="icon"' in drawn
    assert "<!--" not in drawn


def test_icon_with_label_has_a_name_and_escapes_it():
    drawn = render_icon("bell", label='"><script>')

    assert 'role="img"' in drawn
    assert "<script>" not in drawn


@pytest.mark.parametrize("name", ["no-such-icon", "../package", "Bell", "", "a/b"])
def test_unknown_or_hostile_name_is_refused(name):
    with pytest.raises(IconNotFoundError):
        icon_drawing(name)
