from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from lms.ui.forms import SampleForm
from lms.ui.templatetags import ui

pytestmark = pytest.mark.unit


class DayForm(forms.Form):
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))


def render(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


def test_component_escapes_and_sees_only_what_it_is_given():
    out = render('{% component "badge" label=text %}', text="<b>x</b>", tone="danger")

    assert out == '<span class="badge">&lt;b&gt;x&lt;/b&gt;</span>'


def test_badge_says_its_tone_with_an_icon_too():
    out = render('{% component "badge" tone="danger" label="逾期" %}')

    assert "badge--danger" in out
    assert "<svg" in out


@pytest.mark.parametrize("tone", ["success", "danger", "signal"])
def test_verdict_is_announced(tone):
    out = render('{% component "verdict" tone=tone word="有效" note="n" %}', tone=tone)

    assert 'role="status"' in out
    assert "有效" in out


def test_button_is_a_link_only_with_an_address():
    link = render('{% component "button" label="a" url="/x/" kind="primary" %}')
    button = render('{% component "button" label="a" name="do" value="1" %}')

    assert '<a class="btn btn--primary" href="/x/">' in link
    assert '<button class="btn" type="submit" name="do" value="1">' in button


def test_progress_keeps_zero():
    out = render('{% component "progress" label="完成" value=0 max=12 %}')

    assert 'value="0" max="12"' in out
    assert "0/12" in out


def test_breadcrumbs_end_without_a_link():
    items = [{"title": "法规", "url": "/laws/"}, {"title": "第二十八条", "url": "/x/"}]

    out = render('{% component "breadcrumbs" items=items %}', items=items)

    assert out.count("<a ") == 1
    assert '<span aria-current="page">第二十八条</span>' in out


def test_every_simple_component_renders_empty():
    for name in ["callout", "stat", "empty_state", "steps", "file_drop", "message"]:
        assert render(f'{{% component "{name}" title="t" label="l" %}}')


def test_field_ties_help_and_error_to_the_control():
    form = SampleForm({"email": "worker@"})

    out = render("{% form_field form.email %}", form=form)

    assert 'aria-invalid="true"' in out
    assert 'aria-describedby="id_email_help id_email_error"' in out
    assert 'id="id_email_help"' in out
    assert 'id="id_email_error"' in out
    assert 'for="id_email"' in out


def test_field_of_a_group_is_a_fieldset_and_of_one_box_a_label():
    form = SampleForm()

    assert "<fieldset" in render("{% form_field form.level %}", form=form)
    assert 'class="check"' in render("{% form_field form.agrees %}", form=form)
    assert "<select" in render("{% form_field form.role %}", form=form)


def test_error_summary_links_to_each_field_and_is_empty_without_errors():
    faulty = render("{% error_summary form %}", form=SampleForm({"hours": "900"}))

    assert 'href="#id_hours"' in faulty
    assert 'href="#id_email"' in faulty
    assert render("{% error_summary form %}", form=SampleForm()).strip() == ""


def test_pagination_keeps_filters():
    request = RequestFactory().get("/x/?state=overdue&page=2")
    page = Paginator(range(30), 10).page(2)

    out = render("{% pagination page %}", page=page, request=request)

    assert 'href="?state=overdue&amp;page=1"' in out
    assert 'href="?state=overdue&amp;page=3"' in out
    only = Paginator(range(3), 10).page(1)
    assert render("{% pagination page %}", page=only, request=request).strip() == ""


def test_query_with_changes_and_removes():
    request = RequestFactory().get("/x/?state=overdue&q=王&page=2")

    out = render('{% query_with state="" sort="name" %}', request=request)

    assert out == "q=%E7%8E%8B&amp;sort=name"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0"),
        (None, "0.0"),
        (269, "0.0"),
        (270, "0.1"),
        (2699, "0.9"),
        (2700, "1.0"),
    ],
)
def test_credit_hours_are_floored(seconds, shown):
    assert ui.credit_hours(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (75.9, "1:15"), (3600, "1:00:00"), (None, "0:00")],
)
def test_clock(seconds, shown):
    assert ui.clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, "0 秒"), (-3, "0 秒"), (58, "58 秒"), (58.2, "59 秒"), (60, "1 分 0 秒"),
     (80, "1 分 20 秒"), (599.5, "10 分钟"), (601, "11 分钟")],
)  # fmt: skip
def test_what_is_left_is_said_in_words_and_rounded_up(seconds, shown):
    with translation.override("zh-hans"):
        assert ui.duration(seconds) == shown


def test_days_until_counts_chinese_days(frozen_now):
    assert ui.days_until(date(2026, 11, 24)) == 1
    assert ui.days_until(date(2026, 11, 22)) == -1
    assert ui.days_until(None) is None


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(2, 3, 66), (3, 3, 100), (1, 0, 0)]
)
def test_percent_reaches_100_only_when_all_is_done(part, whole, shown):
    assert ui.percent(part, whole) == shown


def test_sorted_head_says_its_direction_and_turns_it_round():
    request = RequestFactory().get("/x/?sort=name&state=overdue&page=3")

    ascending = render('{% sort_header "name" "Name" %}', request=request)
    other = render('{% sort_header "hours" "Hours" num=True %}', request=request)

    assert 'aria-sort="ascending"' in ascending
    assert 'href="?sort=-name&amp;state=overdue"' in ascending
    assert "aria-sort" not in other
    assert 'class="num"' in other
    assert 'href="?sort=hours&amp;state=overdue"' in other


def test_sorted_head_knows_the_order_without_a_parameter():
    request = RequestFactory().get("/x/")

    out = render('{% sort_header "due" "Due" default="-due" %}', request=request)

    assert 'aria-sort="descending"' in out
    assert 'href="?sort=due"' in out


def test_sort_links_offer_the_same_to_phones():
    request = RequestFactory().get("/x/?sort=-name")
    options = [{"key": "name", "label": "Name"}, {"key": "due", "label": "Due"}]

    out = render("{% sort_links options %}", request=request, options=options)

    assert out.count('aria-current="true"') == 1
    assert 'href="?sort=name"' in out
    assert 'href="?sort=due"' in out


def test_filter_chips_mark_the_choice_and_keep_the_rest():
    request = RequestFactory().get("/x/?state=overdue&q=a&page=2")
    options = [
        {"value": "", "label": "All", "count": 0},
        {"value": "overdue", "label": "Overdue"},
    ]

    out = render('{% filter_chips "state" options %}', request=request, options=options)

    assert 'href="?q=a"' in out
    assert 'href="?state=overdue&amp;q=a" aria-current="true"' in out
    assert out.count("chip__count") == 1
    assert ">0<" in out


def test_active_filters_can_be_removed_one_by_one_and_all_at_once():
    request = RequestFactory().get("/x/?state=overdue&team=3&sort=name")
    filters = [
        {"param": "state", "label": "Overdue"},
        {"param": "team", "label": "<Team>"},
    ]

    out = render("{% active_filters filters %}", request=request, filters=filters)
    none = render("{% active_filters filters %}", request=request, filters=[])

    assert 'href="?team=3&amp;sort=name"' in out
    assert 'href="?state=overdue&amp;sort=name"' in out
    assert 'href="?sort=name"' in out
    assert "&lt;Team&gt;" in out
    assert none.strip() == ""


DEPARTMENTS = [
    {"value": 1, "label": "Plant", "depth": 0},
    {"value": 2, "label": "<Shift>", "depth": 2},
]


def test_department_picker_is_an_indented_select_without_script():
    out = render(
        '{% department_picker "team" "Team" tree value=2 empty_label="All" error=e %}',
        tree=DEPARTMENTS,
        e="closed",
    )

    assert '<select id="team" name="team" data-combobox=""' in out
    assert '<option value="">All</option>' in out
    assert '<option value="2" selected>\u3000\u3000&lt;Shift&gt;</option>' in out
    assert 'aria-invalid="true"' in out
    assert 'id="team_error"' in out


def test_field_becomes_a_picker_by_an_argument():
    form = SampleForm()

    out = render("{% form_field form.role is_picker=True data_x='1' %}", form=form)

    assert 'data-combobox=""' in out
    assert 'data-none="' in out
    assert 'data-x="1"' in out


def test_date_field_says_how_to_write_a_day():
    out = render(
        '{% component "date_field" name="due" label="Due" min="2026-01-01" error="e" %}'
    )

    assert 'type="date"' in out
    assert 'placeholder="2026-09-01"' in out
    assert "2026-09-01" in out
    assert 'aria-describedby="due_help due_error"' in out


def test_dialog_has_a_name_and_a_way_out():
    out = render(
        '{% dialog "d" title sheet=True %}<p>x</p>{% enddialog %}', title="<t>"
    )

    assert '<dialog class="dialog sheet" id="d" aria-labelledby="d-title">' in out
    assert '<h2 id="d-title">&lt;t&gt;</h2>' in out
    assert "data-dialog-close" in out
    assert "<p>x</p></dialog>" in out


def test_locked_dialog_is_left_by_its_own_buttons_only():
    out = render(
        '{% dialog "d" "T" locked=True described_by="why" %}<p>x</p>{% enddialog %}'
    )

    assert 'aria-describedby="why" data-dialog-locked>' in out
    assert "data-dialog-close" not in out


def test_back_link_is_a_way_up_with_a_name():
    out = render('{% component "back_link" url="/up/" label=label %}', label="<Up>")

    assert '<a href="/up/">&lt;Up&gt;</a>' in out
    assert '<nav class="breadcrumbs" aria-label=' in out


def test_quick_days_fill_a_date_field(monkeypatch):
    moment = datetime(2026, 3, 30, 20, tzinfo=UTC)  # the 31st in Shanghai
    monkeypatch.setattr(ui, "now", lambda: moment)

    with translation.override("zh-hans"):
        out = render('{% form_field form.day quick_days="1 30" %}', form=DayForm())

    assert 'data-date-for="id_day" value="2026-04-01">1天后<' in out
    assert 'data-date-for="id_day" value="2026-04-30">30天后<' in out


def test_busy_button_says_so():
    assert 'aria-busy="true"' in render('{% component "button" label="a" is_busy=1 %}')


def test_progress_of_unknown_length_has_no_value():
    out = render('{% component "progress" label="l" unknown=True %}')

    assert "value=" not in out


def test_card_is_one_link_and_escapes():
    out = render('{% component "card" title=t url="/x/" text=t %}', t="<i>")

    assert out.count("<a ") == 1
    assert "<i>" not in out


def test_bulk_bar_names_its_actions():
    actions = [{"value": "remind", "label": "Remind"}]

    out = render('{% component "bulk_bar" actions=actions %}', actions=actions)

    assert 'name="action" value="remind"' in out
    assert 'role="group"' in out


class NoteForm(forms.Form):
    note = forms.CharField(label="Note")


def test_whole_form_lists_errors_fields_and_ways_on():
    form = NoteForm({"note": ""})
    form.is_valid()
    out = render(
        '{% post_form form "Save" cancel_url="/back/" step="add" note="Soon." %}',
        form=form,
        csrf_token="t0ken",
    )

    assert out.index("error-summary") < out.index("<form")
    assert 'name="csrfmiddlewaretoken" value="t0ken"' in out
    assert '<input type="hidden" name="action" value="add">' in out
    assert 'aria-invalid="true"' in out
    assert 'class="btn btn--primary" type="submit">Save' in out
    assert 'href="/back/"' in out
    assert "Soon." in out


def test_part_of_a_form_has_a_heading_and_what_few_need_is_folded():
    part = '{% form_part "Who" id="who" number=2 %}<i></i>{% endform_part %}'
    folded = '{% form_part "More" folded=True is_open=open %}<i></i>{% endform_part %}'

    assert 'aria-labelledby="who"' in render(part)
    assert "<h2" in render(part)
    assert "<details" in render(folded, open=False)
    assert " open>" not in render(folded, open=False)
    assert " open>" in render(folded, open=True)


def test_search_in_a_list_keeps_filters_and_order():
    request = RequestFactory().get("/?q=li&state=ended&sort=-name&page=3")
    out = render('{% list_search "Name" %}', request=request)

    assert 'value="li"' in out
    assert '<input type="hidden" name="state" value="ended">' in out
    assert '<input type="hidden" name="sort" value="-name">' in out
    assert 'name="page"' not in out


def test_list_is_saved_as_it_is_filtered():
    request = RequestFactory().get("/?state=ended&page=2")
    out = render(
        '{% export_links "portal:members_export" "91310000" %}', request=request
    )

    for name in ("xlsx", "csv", "pdf"):
        assert f"/members/export.{name}?state=ended" in out


def test_head_of_a_page_holds_what_one_can_do_with_it():
    plain = render('{% page_head title lead="Why" %}{% endpage_head %}', title="A & B")
    full = render(
        '{% page_head "A" eyebrow="Up" %} <a href="/x/">Go</a> {% endpage_head %}'
    )

    assert "<h1>A &amp; B</h1>" in plain
    assert '<p class="lead">Why</p>' in plain
    assert "page-head__actions" not in plain
    assert '<p class="eyebrow">Up</p><h1>A</h1>' in full
    assert '<a href="/x/">Go</a></div></header>' in full


def test_filter_chips_know_the_default_and_what_to_drop():
    request = RequestFactory().get("/?sort=-name")
    out = render(
        '{% filter_chips "state" options default="a" drop="sort" %}',
        request=request,
        options=[{"value": "a", "label": "A"}, {"value": "b", "label": "B"}],
    )

    assert 'href="?state=a" aria-current="true"' in out
    assert 'href="?state=b">' in out
