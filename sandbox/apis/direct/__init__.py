"""Reports of Yandex Direct."""
