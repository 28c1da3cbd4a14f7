"""Whatever is sent to the REST doors, the answer is one that their OpenAPI document foresees, and no fault."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from sessionql.app import create_app
from sessionql.settings import Settings
from tests.engines import Engines

EXAMPLES = 15


@pytest.mark.contract("Schemathesis (OpenAPI)")
def test_nothing_is_found(engines: Engines, tmp_path: Path, subtests: pytest.Subtests) -> None:
    limits: dict[str, Any] = {"attempts_per_address": 0, "attempts_per_account": 0, "registrations_per_address": 0}
    app = create_app(Settings(data_dir=tmp_path, database_url=engines.sqlite(tmp_path), mode="development", **limits))
    with TestClient(app) as client:
        registered = client.post("/register", json={"email": "ana@example.com", "password": "correct horse battery"})
        token = registered.json()["access_token"]
        schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
        schema.app = app
        operations = list(schema.get_all_operations())
        assert len(operations) > 12
        for found in operations:
            operation = found.ok()

            @given(data=st.data(), signed=st.booleans())
            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            def holds(data: st.DataObject, signed: bool, operation: Any = operation) -> None:
                case = data.draw(operation.as_strategy())
                headers = {"Authorization": f"Bearer {token}"} if signed else {}
                case.call_and_validate(session=client, headers=headers)

            with subtests.test(operation.label):
                holds()
