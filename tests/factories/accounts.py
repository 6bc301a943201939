"""People for tests: the valid minimum."""

import factory
from allauth.account.models import EmailAddress

from lms.accounts.models import User

PASSWORD = "a good password"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    display_name = factory.Sequence(lambda n: f"张三{n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        self.set_password(extracted or PASSWORD)
        if create:
            self.save()


class SuperuserFactory(UserFactory):
    is_staff = True
    is_superuser = True


def verify_email(user: User) -> EmailAddress:
    """Make the address one that allauth lets in."""
    return EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
