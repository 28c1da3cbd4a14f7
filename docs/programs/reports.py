"""A service of its own: it stores no sessions and verifies the access tokens of SessionQL."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

SESSIONS = os.environ["SESSIONS"]  # the URL of SessionQL: https://api.example.com/auth
SERVICE_KEY = os.environ["SERVICE_KEY"]  # of `sessionql service-keys create Reports --scope introspect`

keys = jwt.PyJWKClient(f"{SESSIONS}/.well-known/jwks.json")  # fetched once, and again for an unknown key
sessions = httpx.AsyncClient(base_url=SESSIONS, headers={"Authorization": f"Bearer {SERVICE_KEY}"})


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with sessions:
        yield


app = FastAPI(title="Reports", lifespan=lifespan)
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def verified(bearer: Bearer) -> dict[str, Any]:
    """The claims of the token, without a request: a revoked session is accepted until its token expires."""
    try:
        key = keys.get_signing_key_from_jwt(bearer.credentials)
        token = jwt.decode_complete(
            bearer.credentials, key, algorithms=["EdDSA"], audience="sessionql", issuer="sessionql"
        )
    except jwt.PyJWKClientConnectionError:
        raise HTTPException(503, "The keys cannot be fetched.") from None
    except jwt.PyJWTError:
        raise HTTPException(401, "This access token is not valid.") from None
    if token["header"].get("typ") != "at+jwt":  # RFC 9068: another type of token of the same server
        raise HTTPException(401, "This is no access token.")
    claims: dict[str, Any] = token["payload"]
    return claims


async def introspected(bearer: Bearer) -> dict[str, Any]:
    """The token introspected by SessionQL (RFC 7662): a revoked session is rejected at once."""
    response = await sessions.post("/introspect", data={"token": bearer.credentials})
    token: dict[str, Any] = response.raise_for_status().json()
    if not token["active"]:
        raise HTTPException(401, "This session has ended.")
    return token


@app.get("/report")
def read_report(claims: Annotated[dict[str, Any], Depends(verified)]) -> str:
    return f"The report for {claims['sub']}"


@app.get("/salaries")
async def read_salaries(token: Annotated[dict[str, Any], Depends(introspected)]) -> str:
    return f"The salaries for {token['sub']}"
