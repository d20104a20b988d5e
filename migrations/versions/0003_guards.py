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

-- The legs of an entry sum to zero per fund, and there are some.
CREATE FUNCTION check_entry_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry_number bigint := CASE TG_TABLE_NAME WHEN 'leg' THEN NEW.entry_id ELSE NEW.id END;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM leg WHERE entry_id = entry_number)
       OR EXISTS (SELECT 1 FROM leg WHERE entry_id = entry_number GROUP BY fund_id HAVING sum(amount_cents) <> 0) THEN
        RAISE EXCEPTION 'The legs of ledger entry % do not sum to zero per fund.', entry_number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_balance();
CREATE CONSTRAINT TRIGGER leg_balances AFTER INSERT ON leg DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_balance();

-- Sequence numbers follow each other without a gap: the number is the counter's, and the counter is locked by whoever posts.
INSERT INTO ledger_counter (id, last) VALUES (1, 0);
CREATE FUNCTION check_entry_sequence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> (SELECT last FROM ledger_counter WHERE id = 1) AND NOT EXISTS (SELECT 1 FROM entry WHERE sequence = NEW.sequence - 1) AND NEW.sequence <> 1 THEN
        RAISE EXCEPTION 'Ledger sequence % would leave a gap.', NEW.sequence USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_sequence BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION check_entry_sequence();

-- A reversal is the exact mirror of its original.
CREATE FUNCTION check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'reverse' AND EXISTS (
        SELECT 1 FROM (
            SELECT fund_id, account, account_string, sum(amount_cents) AS cents FROM leg WHERE entry_id IN (NEW.id, NEW.reverses_id) GROUP BY 1, 2, 3
        ) AS both_together WHERE cents <> 0
    ) THEN
        RAISE EXCEPTION 'Ledger entry % is not the exact mirror of entry %.', NEW.id, NEW.reverses_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reversal_mirrors AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_reversal();

-- What an obligation says about amount, person, policy and reasons is settled when it is made; only its state and approver move.
CREATE FUNCTION check_obligation_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.natural_key, OLD.person_id, OLD.amount_cents, OLD.policy_version_id, OLD.fund_id, OLD.earned_on, OLD.explanation, OLD.employee_number)
       IS DISTINCT FROM (NEW.natural_key, NEW.person_id, NEW.amount_cents, NEW.policy_version_id, NEW.fund_id, NEW.earned_on, NEW.explanation, NEW.employee_number) THEN
        RAISE EXCEPTION 'Obligation % is settled: reverse it and post anew.', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER obligation_settled BEFORE UPDATE ON obligation FOR EACH ROW EXECUTE FUNCTION check_obligation_settled();
CREATE TRIGGER obligation_kept BEFORE DELETE ON obligation FOR EACH ROW EXECUTE FUNCTION refuse_change();

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
"""

DOWN = """
DROP TRIGGER award_is_earned ON award; DROP FUNCTION check_award_is_earned;
DROP TRIGGER assignment_sealed ON assignment; DROP TRIGGER score_sealed ON score; DROP FUNCTION refuse_change_of_review;
DROP TRIGGER assignment_not_own ON assignment; DROP FUNCTION check_not_own_review;
DROP TRIGGER obligation_kept ON obligation; DROP TRIGGER obligation_settled ON obligation; DROP FUNCTION check_obligation_settled;
DROP TRIGGER reversal_mirrors ON entry; DROP FUNCTION check_reversal;
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
