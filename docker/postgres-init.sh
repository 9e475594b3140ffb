#!/bin/bash
# Runs once, when the data volume is new: the owner of the warehouse and Airflow's own database.
# The image's superuser is used here and never again.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  -v admin_password="$VORONKA_ADMIN_PASSWORD" -v airflow_password="$VORONKA_AIRFLOW_PASSWORD" <<'SQL'
create role voronka_admin login createrole createdb password :'admin_password';
create role airflow login password :'airflow_password';
create database voronka owner voronka_admin;
create database airflow owner airflow;
SQL
