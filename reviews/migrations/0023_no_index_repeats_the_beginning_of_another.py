import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from claims.models.together import Together

# By their names, since AlterField alone would make the foreign keys anew as well, and read whole tables for it.
INDEXES = {
    "reviews_interest_reviewer_id_fc202ed0": ("reviews_interest", "reviewer_id"),
    "reviews_notice_user_id_221325e5": ("reviews_notice", "user_id"),
    "reviews_noticechoice_user_id_681e8a93": ("reviews_noticechoice", "user_id"),
    "reviews_ruleversion_rule_id_f0658476": ("reviews_ruleversion", "rule_id"),
    "reviews_secondopinion_claim_id_45233743": ("reviews_secondopinion", "claim_id"),
}


def dropped(index: str) -> migrations.RunSQL:
    table, column = INDEXES[index]
    return migrations.RunSQL(f"DROP INDEX IF EXISTS {index}", f"CREATE INDEX {index} ON {table} ({column})")


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0045_no_index_repeats_the_beginning_of_another"),
        ("reviews", "0022_notices_of_lost_claims"),
    ]

    operations = [
        Together(
            [
                migrations.SeparateDatabaseAndState(
                    database_operations=[dropped(index) for index in INDEXES],
                    state_operations=[
                        migrations.AlterField(
                            "interest",
                            "reviewer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="interests",
                                to="reviews.reviewer",
                                verbose_name="reviewer",
                            ),
                        ),
                        migrations.AlterField(
                            "notice",
                            "user",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notices",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        migrations.AlterField(
                            "noticechoice",
                            "user",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notice_choices",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        migrations.AlterField(
                            "ruleversion",
                            "rule",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="reviews.routingrule",
                                verbose_name="rule",
                            ),
                        ),
                        migrations.AlterField(
                            "secondopinion",
                            "claim",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="second_opinions",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                    ],
                )
            ]
        )
    ]
