"""The site in both languages: home and library pages stand from the first day."""

import uuid

from django.db import migrations

LIBRARIES = [
    # model, slug, Chinese title, Chinese summary, English title, English summary
    (
        "lawindexpage",
        "laws",
        "法规",
        "安全生产法律、行政法规和规章，按条查、按版本比。",
        "Laws",
        "Work-safety laws, regulations and rules: by article and by version.",
    ),
    (
        "policyindexpage",
        "policies",
        "政策",
        "部门规章、规范性文件和标准，讲清谁要做什么、什么时候做。",
        "Policies",
        "Rules, policy documents and standards: who must do what, and by when.",
    ),
    (
        "caseindexpage",
        "cases",
        "事故案例",
        "看事故怎么发生、触到哪一条、怎样避免。",
        "Accident cases",
        "How accidents happened, which article was breached, how to prevent them.",
    ),
    (
        "faqindexpage",
        "faq",
        "常见问题",
        "大家常问的问题，每个回答都指到法条。",
        "Questions",
        "What people ask most; every answer points at the article.",
    ),
    (
        "checklistindexpage",
        "checklists",
        "自查清单",
        "对照法条自查，缺什么补什么。",
        "Check-lists",
        "Check yourself against the law, item by item.",
    ),
    (
        "topicindexpage",
        "topics",
        "专题",
        "把法条、政策、案例和课程按一件事放在一起。",
        "Topics",
        "Laws, policies, cases and courses about one matter.",
    ),
]
HOME = {
    "zh-hans": {
        "title": "安学",
        "lead": "查法规、学课程、考证书，一处办好",
        "search_hint": "没培训就上岗罚多少",
        "summary": "《安全生产法》学习、考试和证书平台：法条、案例、课程、考试、证书核验。",
    },
    "en": {
        "title": "Anxue",
        "lead": "Find the law, take the course, prove the certificate",
        "search_hint": "fine for working without training",
        "summary": "Learning, exams and certificates under China's Work Safety Law.",
    },
}


def add_page(apps, *, model, parent, position, locale, key, **fields):
    """Insert a page by hand: historical models have no tree methods."""
    content_types = apps.get_model("contenttypes", "ContentType")
    content_type, _ = content_types.objects.get_or_create(app_label="cms", model=model)
    return apps.get_model("cms", model).objects.create(
        path=f"{parent.path}{position:04d}",
        depth=parent.depth + 1,
        numchild=fields.pop("numchild", 0),
        url_path=f"{parent.url_path}{fields['slug']}/",
        content_type=content_type,
        locale=locale,
        translation_key=key,
        draft_title=fields["title"],
        live=True,
        **fields,
    )


def remove_welcome_page(apps, root):
    """Take away the page that Wagtail's own migrations put on a new site."""
    pages = apps.get_model("wagtailcore", "Page").objects
    welcome = pages.filter(depth=2, content_type__model="page").filter(slug="home")
    apps.get_model("wagtailcore", "Site").objects.filter(
        root_page_id__in=welcome.values("pk")
    ).delete()
    welcome.delete()
    return pages.filter(depth=2).count()


def build_tree(apps, schema_editor):
    locales = apps.get_model("wagtailcore", "Locale").objects
    pages = apps.get_model("wagtailcore", "Page").objects
    root = pages.get(depth=1)
    taken = remove_welcome_page(apps, root)
    keys = {name: uuid.uuid4() for name in ["home", *(row[1] for row in LIBRARIES)]}
    homes = {}
    for offset, code in enumerate(["zh-hans", "en"], start=1):
        locale, _ = locales.get_or_create(language_code=code)
        home = add_page(
            apps,
            model="homepage",
            parent=root,
            position=taken + offset,
            locale=locale,
            key=keys["home"],
            slug="home" if code == "zh-hans" else "home-en",
            numchild=len(LIBRARIES),
            show_in_menus=False,
            **HOME[code],
        )
        homes[code] = home
        for position, row in enumerate(LIBRARIES, start=1):
            model, slug, title_zh, summary_zh, title_en, summary_en = row
            add_page(
                apps,
                model=model,
                parent=home,
                position=position,
                locale=locale,
                key=keys[slug],
                slug=slug,
                show_in_menus=True,
                title=title_zh if code == "zh-hans" else title_en,
                summary=summary_zh if code == "zh-hans" else summary_en,
            )
    pages.filter(pk=root.pk).update(numchild=pages.filter(depth=2).count())
    apps.get_model("wagtailcore", "Site").objects.create(
        hostname="localhost",
        port=80,
        site_name="安学",
        root_page_id=homes["zh-hans"].pk,
        is_default_site=True,
    )


def remove_tree(apps, schema_editor):
    """Remove the site and both trees; pages that were added below go with them."""
    pages = apps.get_model("wagtailcore", "Page").objects
    apps.get_model("wagtailcore", "Site").objects.all().delete()
    homes = pages.filter(depth=2, content_type__app_label="cms")
    for path in list(homes.values_list("path", flat=True)):
        pages.filter(path__startswith=path).delete()
    root = pages.filter(depth=1)
    root.update(numchild=pages.filter(depth=2).count())


class Migration(migrations.Migration):
    dependencies = [("cms", "0001_initial")]

    operations = [migrations.RunPython(build_tree, remove_tree)]
