"""What a screen reader is told at the two places where it matters most.

The snapshots name what has to be there, in its order; more may stand between.
"""

import pytest
from playwright.sync_api import expect

from tests.e2e.stops import answer_card, sign_in, sitting

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.usefixtures("sqlite_only"),
]


@pytest.fixture
def sitting_page(open_page, world):
    page = open_page("phone")
    sign_in(page, "employee")
    page.goto(world["exams"]["untouched"])
    sitting(page)
    return page


def test_the_sitting_tells_time_state_question_and_ways_on(sitting_page):
    expect(sitting_page.locator("body")).to_match_aria_snapshot(
        """
        - link "跳到正文"
        - banner:
          - heading "还没有作答的考试" [level=1]
          - paragraph:
            - text: 剩余时间
            - timer: /\\d+:\\d+/
          - status: 已保存
          - progressbar "已答题数"
        - main:
          - region "第1题":
            - heading "第1题" [level=2]
            - group "下列说法正确的是":
              - radio "安全第一"
              - radio "产量第一"
              - radio "速度第一"
          - navigation "题目":
            - button "上一题" [disabled]
            - button "标记"
            - button "下一题"
        """
    )


def test_the_answer_card_tells_of_each_question_whether_it_is_answered(sitting_page):
    answer_card(sitting_page)
    expect(sitting_page.locator("#exam-card")).to_match_aria_snapshot(
        """
        - dialog "答题卡":
          - heading "答题卡" [level=2]
          - button "关闭"
          - list:
            - listitem:
              - button /第1题. 未作答/
            - listitem:
              - button /第2题. 未作答/
          - button "交卷"
        """
    )
    sitting_page.locator("#exam-card [data-submit-open]").click()
    expect(sitting_page.locator("#exam-submit")).to_match_aria_snapshot(
        """
        - dialog "现在交卷吗？":
          - heading "现在交卷吗？" [level=2]
          - paragraph: /还有\\d+题未答/
          - paragraph: 交卷后不能再改答案。
          - button "继续答题"
          - button "交卷"
        """
    )


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("valid", "有效"),
        ("revoked", "已撤销"),
        ("superseded", "已被替换"),
        ("expired", "已过期"),
    ],
)
def test_the_verdict_is_announced_first_then_what_was_checked(
    name, word, open_page, world
):
    page = open_page("phone")
    page.goto(f"/verify/{world['certificates'][name]}/")
    expect(page.locator("main")).to_match_aria_snapshot(
        f"""
        - main:
          - heading "证书核验" [level=1]
          - region "核验结果":
            - status:
              - paragraph: {word}
            - heading "检查了什么" [level=2]
            - list:
              - listitem: 编号在登记册中。
            - heading "登记信息" [level=2]
            - term: 编号
            - definition: {world["certificates"][name]}
            - term: 持证人
            - definition: /^.\\*/
          - textbox "证书编号"
          - button "核验"
        """
    )


def test_the_form_for_verifying_names_its_three_ways(open_page):
    page = open_page("phone")
    page.goto("/en/verify/")
    expect(page.locator("main")).to_match_aria_snapshot(
        """
        - main:
          - heading [level=1]
          - region "By number":
            - heading "By number" [level=2]
            - textbox "Certificate number"
            - textbox /Holder/
            - button
          - region "By PDF file":
            - heading "By PDF file" [level=2]
            - button "Check the file"
          - region "By QR code":
            - heading "By QR code" [level=2]
        """
    )
