"""The faults that `seeded.py` puts into the portal's own code, one by one, room by room; beside each the tests that must notice.

A lock is missed on PostgreSQL alone: SQLite lets one write at a time anyway.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Seed:
    """`was` stands once in `path` and becomes `now`."""

    name: str
    path: str
    was: str
    now: str
    test: str
    on_postgres: bool = False


SEEDS = (
    # --- what is received ---------------------------------------------------------------------------------------------
    Seed(
        "no lock on the draft that is submitted",
        "initiatives/lifecycle.py",
        'lambda draft: Draft.objects.select_for_update(of=("self",)).filter(pk=draft), instead=(-1,)',
        "lambda draft: Draft.objects.filter(pk=draft), instead=(-1,)",
        "tests/submission/test_double_submit.py",
        on_postgres=True,
    ),
    Seed(
        "no lock on the initiative that is moved",
        "initiatives/lifecycle.py",
        'rows = {row.pk: row for row in Initiative.objects.select_for_update().filter(pk__in=keys).order_by("pk")}\n    if',
        'rows = {row.pk: row for row in Initiative.objects.filter(pk__in=keys).order_by("pk")}\n    if',
        "tests/test_lifecycle.py",
        on_postgres=True,
    ),
    Seed(
        "a draft may be received twice",
        "initiatives/lifecycle.py",
        "if locked.initiative_id is not None:",
        "if False:",
        "tests/submission/test_double_submit.py",
    ),
    Seed(
        "moments run backwards with the clock",
        "initiatives/lifecycle.py",
        "return max(now, last.submitted_at) if last else now",
        "return now",
        "tests/test_lifecycle.py",
    ),
    Seed(
        "staff see every row",
        "orgtree/scope.py",
        "return self.filter(branch(unit.current_path, by=column))",
        "return self.all()",
        "tests/orgtree/test_scope.py",
    ),
    Seed(
        "a branch has no end",
        "orgtree/scope.py",
        'return inside & Q(**{f"{by}__lt": end}) if end else inside',
        "return inside",
        "tests/orgtree/test_scope.py",
    ),
    Seed(
        "a document is not forced to the disk",
        "initiatives/submission/files/folder_store.py",
        "                os.fsync(file.fileno())\n",
        "",
        "tests/submission/test_files_folder.py",
    ),
    Seed(
        "nor its name",
        "initiatives/submission/files/folder_store.py",
        "        # also when it was there: whoever put it may have been killed before this line\n"
        "        _sync_folder(place.parent)\n",
        "",
        "tests/submission/test_files_folder.py",
    ),
    Seed(
        "a failing disk leaves half a file",
        "initiatives/submission/files/folder_store.py",
        "        except BaseException:\n            temporary.unlink(missing_ok=True)\n            raise\n"
        "        return temporary",
        "        except ZeroDivisionError:\n            raise\n        return temporary",
        "tests/submission/test_files_folder.py",
    ),
    Seed(
        "a form of files cut in the middle is taken",
        "initiatives/submission/views/documents.py",
        'if posted.get("eof") != "1":',
        "if False:",
        "tests/submission/test_documents.py",
    ),
    Seed(
        "a form of text cut in the middle is taken",
        "portal/refusals.py",
        "if _holds_nul(request) or _is_cut_short(request):",
        "if _holds_nul(request):",
        "tests/portal/test_refusals.py",
    ),
    Seed(
        "NUL meets the database",
        "portal/refusals.py",
        "if _holds_nul(request) or _is_cut_short(request):",
        "if _is_cut_short(request):",
        "tests/portal/test_refusals.py",
    ),
    Seed(
        "a browser may guess what a file is",
        "portal/settings.py",
        "SECURE_CONTENT_TYPE_NOSNIFF = True",
        "SECURE_CONTENT_TYPE_NOSNIFF = False",
        "tests/codebase/test_doors.py",
    ),
    Seed(
        "a line's end counts two",
        "portal/vietnamese/text.py",
        '    "\\r\\n": "\\n",\n',
        '    "\\r\\n": "\\n\\n",\n',
        "tests/vietnamese/test_text.py",
    ),
    Seed(
        "a cell becomes a formula",
        "portal/sheets/cells.py",
        '        cell.data_type = "s"\n',
        "",
        "tests/portal/test_cells.py",
    ),
    Seed(
        "Excel reads an escape that somebody typed",
        "portal/sheets/cells.py",
        "kept = _ESCAPE_ALIKE.sub(_ESCAPED_UNDERSCORE, kept)",
        "pass",
        "tests/portal/test_cells.py",
    ),
    Seed(
        "a private link stands in the log",
        "portal/logs.py",
        'return NUMBER.sub("#", PRIVATE_PATH.sub(r"/\\1/…", text))',
        'return NUMBER.sub("#", text)',
        "tests/portal/test_logs.py",
    ),
    Seed(
        "another site posts through a public door",
        "portal/doors.py",
        "if request.method in UNSAFE and _is_foreign(request):",
        "if False:",
        "tests/portal/test_doors.py",
    ),
    Seed(
        "a tracking link of the future opens",
        "initiatives/submission/tracking.py",
        "if not timedelta(seconds=-2) <= at - signed_at < SIGNED_FOR:",
        "if not at - signed_at < SIGNED_FOR:",
        "tests/submission/test_tracking.py",
    ),
    Seed(
        "a failing database is a bug instead of a pause",
        "portal/refusals.py",
        "if isinstance(failure, (OperationalError, OSError)):",
        "if isinstance(failure, OSError):",
        "tests/portal/test_refusals.py",
    ),
    Seed(
        "a file of today that no row names yet is swept",
        "initiatives/submission/tidying.py",
        "return file.put_at < at - left_alone",
        "return True",
        "tests/commands/test_purge_drafts.py",
    ),
    Seed(
        "a sealed value opens in another row",
        "portal/sealing.py",
        "sealed = AESGCM(key).encrypt(nonce, content, row.encode())",
        'sealed = AESGCM(key).encrypt(nonce, content, b"")',
        "tests/portal/test_sealing.py",
    ),
    # --- history ------------------------------------------------------------------------------------------------------
    Seed(
        "history is chained without the key",
        "initiatives/models/review.py",
        'return sealing.keyed_hash("step", json.dumps(facts))',
        "return hashlib.sha256(json.dumps(facts).encode()).hexdigest()",
        "tests/history/test_hand_edits.py",
    ),
    Seed(
        "a step need not follow the one before it",
        "initiatives/history/chains.py",
        "        yield BROKEN_CHAIN\n",
        "        pass\n",
        "tests/history/test_hand_edits.py",
    ),
    Seed(
        "what an initiative says may change behind its last step",
        "initiatives/history/chains.py",
        "    if not is_same:\n",
        "    if False:\n",
        "tests/history/test_hand_edits.py",
    ),
    Seed(
        "no step covers the description",
        "initiatives/history/content.py",
        '"recognition_number", "description",',
        '"recognition_number",',
        "tests/history/test_content.py",
    ),
    Seed(
        "a seal need not follow the one before it",
        "initiatives/history/sealed.py",
        "if seal.number != found.number or seal.previous_hash != previous:",
        "if False:",
        "tests/history/test_hand_edits.py",
    ),
    Seed(
        "what a seal covers may change",
        "initiatives/history/sealed.py",
        'elif digest != seal.digests[name]["sha256"]:',
        "elif False:",
        "tests/history/test_hand_edits.py",
    ),
    Seed(
        "what a seal covers may be taken away",
        "initiatives/history/sealed.py",
        "        if number != sealed:\n",
        "        if False:\n",
        "tests/history/test_hand_edits.py",
    ),
    Seed(
        "sealed is what may still be written before",
        "initiatives/history/seals.py",
        "upto = at - SETTLED_AFTER",
        "upto = at",
        "tests/history/test_commands.py",
    ),
    # --- documents ----------------------------------------------------------------------------------------------------
    Seed(
        "a document with malware is taken",
        "initiatives/submission/files/judge.py",
        "    if found:\n",
        "    if False:\n",
        "tests/submission/test_files_scans.py",
    ),
    Seed(
        "malware found since is handed out",
        "initiatives/submission/admin.py",
        "        if attachment.malware:\n            return withheld",
        "        if False:\n            return withheld",
        "tests/submission/test_files_scans.py",
    ),
    Seed(
        "a Word document may hold macros",
        "initiatives/submission/files/word.py",
        "        _must_hold_no_macro(names)\n",
        "",
        "tests/submission/test_files_judge.py",
    ),
    Seed(
        "a Word document may fetch from elsewhere",
        "initiatives/submission/files/word.py",
        "                _must_fetch_nothing(archive, name)\n",
        "                pass\n",
        "tests/submission/test_files_judge.py",
    ),
    Seed(
        "a few bytes may unpack into many",
        "initiatives/submission/files/word.py",
        "member.file_size > member.compress_size * MAX_RATIO",
        "False",
        "tests/submission/test_files_judge.py",
    ),
    Seed(
        "an archive hangs on behind a picture",
        "initiatives/submission/files/judge.py",
        'if kind != "zip" and _ends_as_zip(content):',
        "if False:",
        "tests/submission/test_files_judge.py",
    ),
    Seed(
        "a link may lead to whoever calls himself Google Drive",
        "initiatives/submission/files/links.py",
        "if parts.netloc.lower() not in HOSTS:",
        'if not any(host in parts.netloc.lower() for host in ("drive.google.com", "docs.google.com")):',
        "tests/submission/test_files_links.py",
    ),
    # --- the close ----------------------------------------------------------------------------------------------------
    Seed(
        "the moment of the close is in time",
        "initiatives/campaigns/windows.py",
        "open_now = tuple(phase for phase in phases if phase.opens_at <= at < closes[phase.pk])",
        "open_now = tuple(phase for phase in phases if phase.opens_at <= at <= closes[phase.pk])",
        "tests/campaigns/test_windows_rules.py tests/campaigns/test_windows.py",
    ),
    Seed(
        "an official table does not wait for what is being received",
        "portal/in_flight.py",
        "while asked and asked & _being_written(cursor):",
        "while False:",
        "tests/reports/test_in_flight.py",
        on_postgres=True,
    ),
    Seed(
        "nor for SQLite's one writer",
        "portal/in_flight.py",
        "return _have_the_turn(connection)",
        "return True",
        "tests/reports/test_in_flight.py",
    ),
    # --- numbers that cannot be overrun -------------------------------------------------------------------------------
    Seed(
        "a place is taken without looking whether one is free",
        "initiatives/nominations/quotas.py",
        'free = own.filter(Q(limit=None) | Q(taken__lt=F("limit")))',
        "free = own",
        "tests/nominations/test_quotas.py",
    ),
    Seed(
        "no lock on the round whose numbers are read",
        "initiatives/nominations/quotas.py",
        "return SelectionRound.objects.select_for_update(no_key=True).get(pk=round.pk)",
        "return SelectionRound.objects.get(pk=round.pk)",
        "tests/nominations/test_races.py",
        on_postgres=True,
    ),
    # --- personal data ------------------------------------------------------------------------------------------------
    Seed(
        "erasing forgets a column",
        "initiatives/personal_data/forgetting.py",
        '*("recognised_by", "recognition_number",',
        '*("recognition_number",',
        "tests/personal_data/test_erasing.py",
    ),
    Seed(
        "erasing leaves the salt of a step",
        "initiatives/personal_data/forgetting.py",
        'steps.update(note="", salt="")',
        'steps.update(note="")',
        "tests/personal_data/test_erasing.py tests/history/test_long_life.py",
    ),
    Seed(
        "erasing leaves what was typed in the draft",
        "initiatives/personal_data/forgetting.py",
        'received.update(answers={}, sealed_national_id="")',
        'received.update(sealed_national_id="")',
        "tests/personal_data/test_erasing.py",
    ),
    # --- backups ------------------------------------------------------------------------------------------------------
    Seed(
        "a backup is not compared with its checksums",
        "initiatives/backups/parts.py",
        "if expected and (listened.size, listened.digest.hexdigest()) != (expected.size, expected.sha256):",
        "if False:",
        "tests/backups/test_parts.py",
    ),
    Seed(
        "a sealed part of a backup opens as any other",
        "initiatives/backups/parts.py",
        'info=f"sang-kien backup: {use}".encode()',
        'info=b"sang-kien backup"',
        "tests/backups/test_parts.py",
    ),
    Seed(
        "a part of a backup is not forced to the disk",
        "initiatives/backups/parts.py",
        "        os.fsync(self._file.fileno())\n",
        "",
        "tests/backups/test_parts.py",
    ),
    Seed(
        "a set has its name before it is on the disk",
        "initiatives/backups/sets.py",
        "    sync_folder(making.path)\n    whole = ",
        "    whole = ",
        "tests/backups/test_backup_and_restore.py",
    ),
    Seed(
        "the set before leaves while the name may still be lost",
        "initiatives/backups/sets.py",
        "    sync_folder(whole.path.parent)\n",
        "",
        "tests/backups/test_backup_and_restore.py",
    ),
    Seed(
        "a damaged document goes back from a backup",
        "initiatives/backups/documents.py",
        "return size if holds(name, digest) else None",
        "return size",
        "tests/backups/test_backup_and_restore.py",
    ),
    # --- doors --------------------------------------------------------------------------------------------------------
    Seed(
        "whoever is not signed in comes in",
        "portal/doors.py",
        'if not getattr(view, "login_required", True) or request.user.is_authenticated:',
        "if True:",
        "tests/portal/test_doors.py",
    ),
    Seed(
        "what somebody typed is HTML",
        "portal/templatetags/portal_pack.py",
        "else html.escape(str(value))",
        "else str(value)",
        "tests/portal/test_portal_pack.py",
    ),
    Seed(
        "what is no parameter of a list is asked all the same",
        "orgtree/scoped_admin.py",
        "unknown = [name for name in request.GET if name not in known]",
        "unknown = []",
        "tests/orgtree_admin/test_hostile.py",
    ),
    Seed(
        "a list may be asked by any column",
        "orgtree/scoped_admin.py",
        "return lookup in self.known_parameters(request) - LIST_PARAMETERS",
        "return True",
        "tests/orgtree_admin/test_hostile.py",
    ),
    Seed(
        "a code opens with any phone",
        "initiatives/submission/tracking.py",
        'Initiative.objects.filter(receipt_code=code, phone_hash=sealing.lookup_hash("phone", phone_digits))',
        "Initiative.objects.filter(receipt_code=code)",
        "tests/submission/test_tracking.py",
    ),
    Seed(
        "a code may be tried for ever",
        "initiatives/submission/tracking.py",
        'tried["of_both"] >= PER_CODE:',
        "False:",
        "tests/submission/test_tracking.py",
    ),
    Seed(
        "nginx believes where a sender says to be",
        "deploy/nginx/site.conf",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "tests/deploy/test_nginx.py",
    ),
)
