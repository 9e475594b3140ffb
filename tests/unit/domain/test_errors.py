import pickle

from voronka.domain.errors import RateLimited


def test_an_error_says_what_and_what_to_do() -> None:
    error = RateLimited("sever amocrm answered 429.", account_id="sever", provider="amocrm", remedy="wait.")
    assert str(error) == "sever amocrm answered 429. What to do: wait."


def test_an_error_survives_the_way_between_processes() -> None:
    error = RateLimited(
        "too fast", account_id="sever", provider="amocrm", remedy="wait", retry_after_seconds=3.0
    )
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert (copy.account_id, copy.provider, copy.retry_after_seconds) == ("sever", "amocrm", 3.0)
    assert str(copy) == str(error)
