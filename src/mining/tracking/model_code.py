"""The code of the model that MLflow serves ("models from code"): read by path, never pickled.

MLflow runs this file from the folder of the model, where a copy of this package lies beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException


class Champion(mlflow.pyfunc.PythonModel):  # type: ignore[misc] # MLflow has no types
    """The champion of a territory behind MLflow's interface."""

    def load_context(self, context: Any) -> None:
        """Read the packed champion."""
        from mining.serving import Served

        self.served = Served(Path(context.artifacts["champion"]))

    def predict(
        self,
        context: Any,  # noqa: ARG002 - MLflow passes it
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Forecast, see :meth:`mining.serving.Served.predict`; a mistake is a bad request."""
        from mining.errors import ForageError

        try:
            return self.served.predict(model_input, **(params or {}))
        except ForageError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from error


mlflow.models.set_model(Champion())
