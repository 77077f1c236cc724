"""Settings of the REST framework and of the OpenAPI document."""

from typing import Any

from claims.api.examples import DESCRIPTION

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "claims.api.authentication.KeyAuthentication",
        "claims.api.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "EXCEPTION_HANDLER": "claims.api.problems.answer",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Claim Desk",
    "DESCRIPTION": DESCRIPTION,
    "VERSION": "1",
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,
    # The document is public, and one for everybody: it is committed and compared.
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    # Enumerations stand where they are used. As components of their own they would need invented names.
    "POSTPROCESSING_HOOKS": ["claims.api.answers.add_components", "claims.api.links.add_links"],
    "WEBHOOKS": ["claims.api.hooks_document.EVENT", "claims.api.hooks_document.TEST_EVENT"],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "ticket": {
                "type": "apiKey",
                "in": "query",
                "name": "ticket",
                "description": "From `POST /events/stream:ticket`; opens the live stream, for a minute.",
            }
        }
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"docExpansion": "list", "defaultModelsExpandDepth": 0, "persistAuthorization": False},
}
