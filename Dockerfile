# One image for every Airflow service, the mail catcher and the sandbox. The base is an argument, so that a mirror
# can stand in: docker compose build --build-arg BASE_IMAGE=mirror.example/python:3.12-slim
ARG BASE_IMAGE=python:3.12-slim
FROM ${BASE_IMAGE}

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PATH=/opt/voronka/.venv/bin:$PATH \
    VORONKA_PROJECT=/opt/voronka \
    VORONKA_HOME=/var/lib/voronka \
    AIRFLOW_HOME=/var/lib/voronka/airflow

RUN useradd --system --uid 50000 --create-home voronka \
    && mkdir -p /opt/voronka /var/lib/voronka \
    && chown voronka:voronka /opt/voronka /var/lib/voronka
USER voronka
WORKDIR /opt/voronka

COPY --chown=voronka requirements/bootstrap.lock requirements/runtime.lock requirements/
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/bootstrap.lock \
    && .venv/bin/uv pip install --no-cache --python .venv/bin/python --require-hashes -r requirements/runtime.lock

COPY --chown=voronka . .
RUN .venv/bin/uv pip install --no-cache --python .venv/bin/python --no-deps --no-build-isolation -e .

VOLUME /var/lib/voronka
CMD ["voronka", "--help"]
