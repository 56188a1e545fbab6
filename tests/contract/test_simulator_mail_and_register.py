"""The mailbox over real SMTP, the register's JSON services, and the people's pages."""

import json
import re
import smtplib
import threading
from email.message import EmailMessage
from pathlib import Path

import pytest
from stdnum.au import abn, acn

from link4web.simulators import server
from tests.contract.simulator_fixtures import GUID, Caller, demo_simulators, running_simulators

__all__ = ["demo_simulators", "running_simulators"]


def mail(to: str = "accounts@drycreekjoinery.example", subject: str = "Kia ora, café") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Link4web <post@link4web.example>", to, subject
    message["List-Unsubscribe"] = "<http://localhost:8000/stop/abc>"
    message.set_content("Hello,\nopen http://localhost:8000/join/abc_DEF-1.\n")
    link = '<a href="http://localhost:8000/join/abc_DEF-1">open</a>'
    message.add_alternative(f"<p>Hello {link}<script>x</script></p>", "html")
    return message


def send(sim: Caller, message: EmailMessage, to: str | None = None) -> None:
    with smtplib.SMTP("127.0.0.1", sim.running.smtp_port, timeout=5) as smtp:
        smtp.send_message(message, to_addrs=[to] if to else None)


def messages(sim: Caller, to: str = "") -> list[dict[str, object]]:
    answer = sim.session.get(f"{sim.root}/mail/_control/messages", params={"to": to}, timeout=30)
    found: list[dict[str, object]] = answer.json()["messages"]
    return found


def test_mail_arrives_and_is_found_by_recipient(sim: Caller) -> None:
    send(sim, mail())
    send(sim, mail("hello@marramgrass.example", "Second"))
    assert [one["subject"] for one in messages(sim)] == ["Second", "Kia ora, café"]
    found = messages(sim, "DRYCREEK")[0]
    assert found["links"] == ["http://localhost:8000/join/abc_DEF-1"]
    assert found["to"] == ["accounts@drycreekjoinery.example"]
    headers = found["headers"]
    assert isinstance(headers, dict)
    assert headers["List-Unsubscribe"] == "<http://localhost:8000/stop/abc>"


def test_pages_show_mails_without_running_them(sim: Caller) -> None:
    send(sim, mail())
    listing = sim.session.get(f"{sim.root}/mail?to=drycreek", timeout=30).text
    number = re.search(r"/mail/(\d+)", listing)
    assert number
    page = sim.session.get(f"{sim.root}/mail/{number[1]}", timeout=30)
    assert '<a href="http://localhost:8000/join/abc_DEF-1" rel="noreferrer">' in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    frame = sim.session.get(f"{sim.root}/mail/{number[1]}/html", timeout=30)
    assert "sandbox " in frame.headers["Content-Security-Policy"]
    assert "allow-scripts" not in frame.headers["Content-Security-Policy"]
    assert sim.session.get(f"{sim.root}/mail/999", timeout=30).status_code == 404


def test_smtp_trouble(sim: Caller) -> None:
    sim.control("mail/fail", stage="rcpt", code=550, text="No such mailbox", to="drycreek")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(sim, mail())
    sim.control("mail/fail", stage="data", code=451)
    with pytest.raises(smtplib.SMTPDataError):
        send(sim, mail())
    assert messages(sim) == []
    sim.control("mail/fail", stage="data", drop=True)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sim, mail())
    assert len(messages(sim)) == 1
    send(sim, mail())
    assert len(messages(sim)) == 2


def test_many_mails_at_once(sim: Caller) -> None:
    threads = [threading.Thread(target=send, args=(sim, mail(), f"x{number}@many.example")) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(messages(sim, "@many.example")) == 20


def details(sim: Caller, kind: str = "Abn", guid: str = GUID, callback: str = "cb", **query: str) -> dict[str, object]:
    url = f"{sim.root}/abr/json/{kind}.aspx" if kind == "MatchingNames" else f"{sim.root}/abr/json/{kind}Details.aspx"
    answer = sim.session.get(url, params={**query, "guid": guid, "callback": callback}, timeout=30)
    assert answer.status_code == 200
    found = re.match(rf"^{callback}\((.*)\);?$", answer.text)
    assert found, answer.text
    result: dict[str, object] = json.loads(found[1])
    return result


def test_register_details(demo: Caller) -> None:
    found = details(demo, abn="86 151 956 832")
    assert (found["AbnStatus"], found["AddressState"], found["AddressPostcode"]) == ("Active", "SA", "5253")
    assert (found["Gst"], found["Message"]) == ("2014-07-01", "")
    assert details(demo, abn="91741840494")["Gst"] is None
    assert details(demo, abn="32136694672")["AbnStatus"] == "Cancelled"


def test_companies_are_found_by_acn(demo: Caller) -> None:
    page = demo.session.get(f"{demo.root}/abr/", params={"q": "pty ltd"}, timeout=30).text
    numbers = re.findall(r"<td class=\"num\">(\d{11})</td>", page)
    acns = [number[2:] for number in numbers if acn.is_valid(number[2:])]
    assert len(acns) > 20
    assert details(demo, "Acn", acn=acns[0])["Acn"] == acns[0]
    assert details(demo, "Acn", acn="123456789")["Message"] == "Search text is not a valid ABN or ACN"


def test_register_errors_are_answers(demo: Caller) -> None:
    assert details(demo, abn="51824753556")["Message"] == "No record found"
    assert details(demo, abn="51824753557")["Message"] == "Search text is not a valid ABN or ACN"
    unknown = details(demo, abn="86151956832", guid="x")
    assert unknown["Message"] == "The GUID entered is not recognised as a Registered Party"
    assert unknown["EntityName"] == ""


def test_register_names(demo: Caller) -> None:
    names = details(demo, "MatchingNames", name="Dry Creek Joinery", maxResults="10")["Names"]
    assert isinstance(names, list)
    assert {"86151956832", "91741840494", "32136694672"} <= {one["Abn"] for one in names}
    assert names[0]["Abn"] == "86151956832"
    cancelled = next(one for one in names if one["Abn"] == "32136694672")
    assert (cancelled["AbnStatus"], cancelled["State"], cancelled["Postcode"]) == ("0000000002", "NT", "0822")
    assert len(names) <= 10


def test_register_trouble(sim: Caller) -> None:
    sim.control("abr/switch", semicolon=True, message="Scheduled maintenance")
    assert details(sim, abn="86151956832")["Message"] == "Scheduled maintenance"
    sim.control("abr/fail", kind="html", status=200)
    answer = sim.session.get(f"{sim.root}/abr/json/AbnDetails.aspx", params={"abn": "1"}, timeout=30)
    assert answer.text.startswith("<!doctype html>")


def test_demo_numbers_are_mostly_valid_and_known(demo: Caller) -> None:
    everyone = demo.contacts(page=1, pageSize=1000, includeArchived="true")["Contacts"]
    numbers = [one["TaxNumber"] for one in everyone if one.get("TaxNumber")]
    valid = [number for number in numbers if abn.is_valid(number)]
    assert len(numbers) > 500
    assert 0 < len(numbers) - len(valid) < 40
    sample = valid[:: len(valid) // 20]
    assert all(details(demo, abn=number)["Message"] == "" for number in sample)
    assert 100 < sum(not one.get("TaxNumber") for one in everyone) < 300
    assert sum(not one["EmailAddress"] for one in everyone) > 20


def test_pages_for_people(sim: Caller) -> None:
    contact = sim.named("Marram Grass Café")["ContactID"]
    link = f"{sim.root}/xero/go/organisationlogin/default.aspx"
    page = sim.session.get(link, params={"shortcode": "!x", "redirecturl": f"/Contacts/View/{contact}"}, timeout=30)
    assert "Marram Grass Café" in page.text
    assert "Not a customer" in page.text
    after = sim.session.post(page.url, data={"do": "draft"}, timeout=30)
    assert "Not a customer" not in after.text
    assert "INV-5001" in after.text
    organisation = page.url.rpartition("/")[0]
    again = sim.session.post(organisation, data={"Name": "Marram Grass Café"}, timeout=30)
    assert again.status_code == 422
    assert "already assigned to another contact" in again.text
    added = sim.session.post(organisation, data={"Name": "Saltbush Lane Picture House"}, timeout=30)
    assert added.status_code == 200
    assert "Saltbush Lane Picture House" in added.text
    archived = sim.session.post(added.url, data={"do": "archive"}, timeout=30)
    assert "Archived" in archived.text


FRONT_PAGES = ["/", "/xero/", "/abr/?q=creek", "/mail", "/xero/_control", "/abr/_control", "/mail/_control"]


@pytest.mark.parametrize("path", FRONT_PAGES)
def test_every_front_page_opens(demo: Caller, path: str) -> None:
    assert demo.session.get(demo.root + path, timeout=30).status_code == 200


def test_state_outlives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "var" / "simulators.db"
    first = Caller(server.start(state_path=path))
    first.connect()
    first.control("xero/touch", do="draft", contact="Marram Grass Café")
    send(first, mail())
    first.session.close()
    first.running.close()
    second = Caller(server.start(state_path=path), token=first.token)
    assert second.named("Marram Grass Café")["IsCustomer"] is True
    assert len(messages(second)) == 1
    second.session.close()
    second.running.close()


def test_a_taken_port_is_an_oserror() -> None:
    running = server.start()
    with pytest.raises(OSError, match="in use"):
        server.start(port=running.port)
    with pytest.raises(OSError, match="in use"):
        server.start(smtp_port=running.smtp_port)
    running.close()
