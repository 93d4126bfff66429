"""One compilation per model: kernels are cached in pytest's own cache folder, which is kept between runs."""

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    if "ABSCOPAL_CACHE" not in os.environ and hasattr(config, "cache"):
        os.environ["ABSCOPAL_CACHE"] = str(config.cache.mkdir("kernels"))
