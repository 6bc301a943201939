from lms.accounts.models.api_token import ApiToken
from lms.accounts.models.identity_document import IdentityDocument
from lms.accounts.models.user import User

__all__ = ["ApiToken", "IdentityDocument", "User"]
