"""The guards: what Python promises, said again by the database."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_event", "entry", "leg")

UP = """
-- The two tables name each other, so this key comes after both.
ALTER TABLE micro_credential ADD CONSTRAINT fk_micro_credential_current_version_id_credential_version
    FOREIGN KEY (current_version_id) REFERENCES credential_version (id);

-- Append-only tables: no UPDATE, no DELETE, no TRUNCATE, whoever asks.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are written once: correct them by a new row.', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- A published version of a micro-credential never changes again; a submission pins what it was judged by.
CREATE FUNCTION refuse_change_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'published' THEN
        RAISE EXCEPTION 'Version % of micro-credential % is published and does not change: make a new version.', OLD.number, OLD.micro_credential_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER credential_version_immutable BEFORE UPDATE OR DELETE ON credential_version FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published();

-- An entry has the legs it was posted with, and they sum to zero per fund and account string. The count stands on the entry, which
-- never changes: no balanced pair can be slipped in later.
CREATE FUNCTION check_entry_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry_number bigint;
BEGIN
    IF TG_TABLE_NAME = 'leg' THEN entry_number := NEW.entry_id; ELSE entry_number := NEW.id; END IF;
    IF (SELECT count(*) FROM leg WHERE entry_id = entry_number) IS DISTINCT FROM (SELECT leg_count FROM entry WHERE id = entry_number AND leg_count > 0)
       OR EXISTS (SELECT 1 FROM leg WHERE entry_id = entry_number GROUP BY fund_id, account_string HAVING sum(amount_cents) <> 0) THEN
        RAISE EXCEPTION 'The legs of ledger entry % do not sum to zero per fund and account string, or are not as many as it was posted with.', entry_number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_balance();
CREATE CONSTRAINT TRIGGER leg_balances AFTER INSERT ON leg DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_balance();

-- Sequence numbers follow each other without a gap. Whoever posts takes numbers from the counter, whose row stays locked until the
-- commit; what is inserted must continue the ledger and may not run ahead of the counter; at the commit the counter may not run ahead
-- of the ledger. A rollback takes the counter back too.
INSERT INTO ledger_counter (id, last) SELECT 1, coalesce(max(sequence), 0) FROM entry ON CONFLICT DO NOTHING;
CREATE FUNCTION check_entry_sequence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lowest bigint; highest bigint; number bigint;
BEGIN
    SELECT min(sequence), max(sequence), count(*) INTO lowest, highest, number FROM added;
    IF number > 0 AND (
        number <> highest - lowest + 1
        OR (lowest <> 1 AND NOT EXISTS (SELECT 1 FROM entry WHERE sequence = lowest - 1))
        OR highest > coalesce((SELECT last FROM ledger_counter WHERE id = 1), 0)
    ) THEN
        RAISE EXCEPTION 'Ledger sequence % to % does not continue the ledger: numbers come from ledger_counter.', lowest, highest
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_sequence AFTER INSERT ON entry REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_entry_sequence();
CREATE FUNCTION check_ledger_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT last FROM ledger_counter WHERE id = 1) IS DISTINCT FROM (SELECT coalesce(max(sequence), 0) FROM entry) THEN
        RAISE EXCEPTION 'The ledger counter must stand at the last entry.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_counter_in_step AFTER INSERT OR UPDATE ON ledger_counter DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_counter();
CREATE TRIGGER ledger_counter_kept BEFORE DELETE ON ledger_counter FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_counter_no_truncate BEFORE TRUNCATE ON ledger_counter FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A reversal is the exact mirror of an accrual of its own obligation, and nobody reverses her own.
CREATE FUNCTION check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind <> 'reverse' THEN RETURN NULL; END IF;
    IF NOT EXISTS (
        SELECT 1 FROM entry original JOIN obligation owed ON owed.id = original.obligation_id
        WHERE original.id = NEW.reverses_id AND original.kind = 'accrue' AND original.obligation_id = NEW.obligation_id
          AND original.cycle = NEW.cycle AND owed.person_id <> NEW.posted_by_id
    ) THEN
        RAISE EXCEPTION 'Ledger entry % must reverse an accrual of its own obligation, by somebody other than the payee.', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM (
            SELECT fund_id, account, account_string, sum(amount_cents) AS cents FROM leg WHERE entry_id IN (NEW.id, NEW.reverses_id) GROUP BY 1, 2, 3
        ) AS both_together WHERE cents <> 0
    ) THEN
        RAISE EXCEPTION 'Ledger entry % is not the exact mirror of entry %.', NEW.id, NEW.reverses_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reversal_mirrors AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_reversal();

-- The entries of an obligation say what the obligation says: its amount while it is payable, nothing in sum once it is reversed,
-- nothing at all when it was refused.
CREATE FUNCTION check_obligation_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    obligation_number bigint; owed obligation%ROWTYPE; accruals bigint; reversals bigint; net numeric;
BEGIN
    IF TG_TABLE_NAME = 'entry' THEN obligation_number := NEW.obligation_id; ELSE obligation_number := NEW.id; END IF;
    SELECT * INTO owed FROM obligation WHERE id = obligation_number;
    SELECT count(*) FILTER (WHERE kind = 'accrue'), count(*) FILTER (WHERE kind = 'reverse') INTO accruals, reversals
        FROM entry WHERE obligation_id = obligation_number;
    SELECT coalesce(sum(l.amount_cents), 0) INTO net
        FROM leg l JOIN entry e ON e.id = l.entry_id WHERE e.obligation_id = obligation_number AND l.account = 'expense';
    IF NOT (CASE owed.state
        WHEN 'payable' THEN accruals = reversals + 1 AND net = owed.amount_cents
        WHEN 'reversed' THEN accruals > 0 AND accruals = reversals AND net = 0
        ELSE accruals = 0 AND reversals = 0
    END) THEN
        RAISE EXCEPTION 'Obligation % is % over % cents, but its entries say % cents.', owed.id, owed.state, owed.amount_cents, net
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER obligation_equals_entries AFTER INSERT OR UPDATE ON obligation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_obligation_entries();
CREATE CONSTRAINT TRIGGER entry_equals_obligation AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_obligation_entries();

-- What an obligation says is settled when it is made; only its state moves, from payable to reversed, and an approver is added once.
CREATE FUNCTION check_obligation_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'state' - 'approved_by_id' IS DISTINCT FROM to_jsonb(NEW) - 'state' - 'approved_by_id'
       OR (OLD.state <> NEW.state AND NOT (OLD.state = 'payable' AND NEW.state = 'reversed'))
       OR (OLD.approved_by_id IS NOT NULL AND OLD.approved_by_id IS DISTINCT FROM NEW.approved_by_id) THEN
        RAISE EXCEPTION 'Obligation % is settled: reverse it and post anew.', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER obligation_settled BEFORE UPDATE ON obligation FOR EACH ROW EXECUTE FUNCTION check_obligation_settled();
CREATE TRIGGER obligation_kept BEFORE DELETE ON obligation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER obligation_no_truncate BEFORE TRUNCATE ON obligation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A fund's accrued total follows its legs, and nothing else changes it.
INSERT INTO fund_balance (fund_id, accrued_cents)
    SELECT f.id, coalesce((SELECT sum(amount_cents) FROM leg WHERE fund_id = f.id AND account = 'expense'), 0) FROM fund f
    ON CONFLICT (fund_id) DO UPDATE SET accrued_cents = excluded.accrued_cents;
CREATE FUNCTION open_fund_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fund_balance (fund_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER fund_has_balance AFTER INSERT ON fund FOR EACH ROW EXECUTE FUNCTION open_fund_balance();
CREATE FUNCTION count_legs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE fund_balance b SET accrued_cents = accrued_cents + a.cents
        FROM (SELECT fund_id, sum(amount_cents) AS cents FROM added WHERE account = 'expense' GROUP BY fund_id ORDER BY fund_id) a WHERE b.fund_id = a.fund_id;
    RETURN NULL;
END $$;
CREATE TRIGGER leg_counts AFTER INSERT ON leg REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_legs();
CREATE FUNCTION refuse_change_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Rows of % follow the ledger and are not changed by hand.', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_balance_by_ledger BEFORE INSERT OR UPDATE ON fund_balance FOR EACH ROW EXECUTE FUNCTION refuse_change_by_hand();
CREATE TRIGGER fund_balance_kept BEFORE DELETE ON fund_balance FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fund_balance_no_truncate BEFORE TRUNCATE ON fund_balance FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A policy version that somebody was paid (or refused) by says for ever what it said; only its last day may be set. The codes under
-- which funds and policies stand on printed registers do not change at all.
CREATE FUNCTION refuse_change_of_used_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'ends_on' IS DISTINCT FROM to_jsonb(NEW) - 'ends_on' AND EXISTS (SELECT 1 FROM obligation WHERE policy_version_id = OLD.id) THEN
        RAISE EXCEPTION 'Policy version % was used to pay: add a new version.', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_version_immutable BEFORE UPDATE ON policy_version FOR EACH ROW EXECUTE FUNCTION refuse_change_of_used_policy();
CREATE FUNCTION refuse_new_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.code <> NEW.code THEN
        RAISE EXCEPTION 'The code % stands on printed registers and does not change.', OLD.code USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_code_stays BEFORE UPDATE OF code ON fund FOR EACH ROW EXECUTE FUNCTION refuse_new_code();
CREATE TRIGGER policy_code_stays BEFORE UPDATE OF code ON policy FOR EACH ROW EXECUTE FUNCTION refuse_new_code();

-- A reviewer never reviews her own work, whatever path the row came by.
CREATE FUNCTION check_not_own_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM submission_version WHERE id = NEW.version_id AND person_id = NEW.reviewer_id) THEN
        RAISE EXCEPTION 'Nobody reviews her own work (version %).', NEW.version_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assignment_not_own BEFORE INSERT OR UPDATE OF reviewer_id, version_id ON assignment FOR EACH ROW EXECUTE FUNCTION check_not_own_review();

-- A review that was handed in does not change again: others may have been shown, or judged by it.
CREATE FUNCTION refuse_change_of_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'score' THEN
        IF EXISTS (SELECT 1 FROM assignment WHERE id = OLD.assignment_id AND state IN ('submitted', 'locked')) THEN
            RAISE EXCEPTION 'The review % was handed in and does not change.', OLD.assignment_id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'The review % was handed in and stays.', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    ELSIF NEW.state NOT IN ('submitted', 'locked')
       OR (OLD.version_id, OLD.reviewer_id, OLD.round, OLD.pseudonym, OLD.criteria, OLD.conflict_facts, OLD.submitted_at, OLD.overall)
          IS DISTINCT FROM (NEW.version_id, NEW.reviewer_id, NEW.round, NEW.pseudonym, NEW.criteria, NEW.conflict_facts, NEW.submitted_at, NEW.overall) THEN
        RAISE EXCEPTION 'The review % was handed in and does not change.', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER score_sealed BEFORE UPDATE OR DELETE ON score FOR EACH ROW EXECUTE FUNCTION refuse_change_of_review();
CREATE TRIGGER assignment_sealed BEFORE UPDATE OR DELETE ON assignment FOR EACH ROW WHEN (OLD.state IN ('submitted', 'locked'))
    EXECUTE FUNCTION refuse_change_of_review();

-- An award needs a demonstrated version of the same person and micro-credential.
CREATE FUNCTION check_award_is_earned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM submission_version v JOIN submission s ON s.id = v.submission_id
        WHERE v.id = NEW.submission_version_id AND v.state = 'demonstrated' AND v.person_id = NEW.person_id AND s.micro_credential_id = NEW.micro_credential_id
    ) THEN
        RAISE EXCEPTION 'An award needs a released "demonstrated" of the same person (version %).', NEW.submission_version_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER award_is_earned AFTER INSERT ON award DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_award_is_earned();

-- What somebody typed, as a query for the catalogue. The last word counts as a prefix while it is being typed (``typing``, and
-- ``before`` is what stands before it). Where nothing on offer matches, every unknown word is replaced by the nearest known one, and
-- ``guess`` says what was looked for instead.
CREATE FUNCTION catalogue_query(typed text, before text, typing text) RETURNS TABLE (query tsquery, guess text) LANGUAGE plpgsql STABLE ROWS 1 AS $$
DECLARE
    exact tsquery := websearch_to_tsquery('laurel_search', typed);
    spelt text := '';
    one text;
    near text;
BEGIN
    IF typing <> '' THEN
        exact := exact || (websearch_to_tsquery('laurel_search', before) && to_tsquery('laurel_search', quote_literal(typing) || ':*'));
    END IF;
    IF numnode(exact) = 0 OR EXISTS (
        SELECT 1 FROM micro_credential m JOIN credential_version v ON v.id = m.current_version_id WHERE m.state = 'published' AND v.search @@ exact
    ) THEN
        RETURN QUERY SELECT exact, NULL::text;
        RETURN;
    END IF;
    FOR one IN SELECT w FROM regexp_split_to_table(lower(unaccent(typed)), '[^[:alnum:]]+') WITH ORDINALITY AS words(w, n) WHERE w <> '' ORDER BY n LIMIT 8 LOOP
        near := one;
        IF length(one) > 3 AND numnode(plainto_tsquery('laurel_search', one)) > 0 THEN
            SELECT c.word INTO near FROM catalogue_word c WHERE c.word % one ORDER BY similarity(c.word, one) DESC, c.word LIMIT 1;
        END IF;
        spelt := spelt || ' ' || coalesce(near, one);
    END LOOP;
    spelt := btrim(spelt);
    RETURN QUERY SELECT plainto_tsquery('laurel_search', spelt), spelt;
END $$;
"""

DOWN = """
DROP FUNCTION catalogue_query;
DROP TRIGGER award_is_earned ON award; DROP FUNCTION check_award_is_earned;
DROP TRIGGER assignment_sealed ON assignment; DROP TRIGGER score_sealed ON score; DROP FUNCTION refuse_change_of_review;
DROP TRIGGER assignment_not_own ON assignment; DROP FUNCTION check_not_own_review;
DROP TRIGGER policy_code_stays ON policy; DROP TRIGGER fund_code_stays ON fund; DROP FUNCTION refuse_new_code;
DROP TRIGGER policy_version_immutable ON policy_version; DROP FUNCTION refuse_change_of_used_policy;
DROP TRIGGER fund_balance_no_truncate ON fund_balance; DROP TRIGGER fund_balance_kept ON fund_balance;
DROP TRIGGER fund_balance_by_ledger ON fund_balance; DROP FUNCTION refuse_change_by_hand;
DROP TRIGGER leg_counts ON leg; DROP FUNCTION count_legs; DROP TRIGGER fund_has_balance ON fund; DROP FUNCTION open_fund_balance;
DROP TRIGGER obligation_no_truncate ON obligation; DROP TRIGGER obligation_kept ON obligation;
DROP TRIGGER obligation_settled ON obligation; DROP FUNCTION check_obligation_settled;
DROP TRIGGER entry_equals_obligation ON entry; DROP TRIGGER obligation_equals_entries ON obligation; DROP FUNCTION check_obligation_entries;
DROP TRIGGER reversal_mirrors ON entry; DROP FUNCTION check_reversal;
DROP TRIGGER ledger_counter_no_truncate ON ledger_counter; DROP TRIGGER ledger_counter_kept ON ledger_counter;
DROP TRIGGER ledger_counter_in_step ON ledger_counter; DROP FUNCTION check_ledger_counter;
DROP TRIGGER entry_sequence ON entry; DROP FUNCTION check_entry_sequence;
DROP TRIGGER leg_balances ON leg; DROP TRIGGER entry_balances ON entry; DROP FUNCTION check_entry_balance;
DROP TRIGGER credential_version_immutable ON credential_version; DROP FUNCTION refuse_change_of_published;
ALTER TABLE micro_credential DROP CONSTRAINT fk_micro_credential_current_version_id_credential_version;
"""


def upgrade() -> None:
    op.get_bind().connection.driver_connection.cursor().execute(UP)
    for table in APPEND_ONLY:
        op.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    op.get_bind().connection.driver_connection.cursor().execute(DOWN)
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change")
