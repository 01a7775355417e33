"""The form of the rule "Login at a mail server"."""

from cmk.rulesets.v1 import Help, Title
from cmk.rulesets.v1.form_specs import (
    BooleanChoice,
    CascadingSingleChoice,
    CascadingSingleChoiceElement,
    DefaultValue,
    DictElement,
    Dictionary,
    InputHint,
    Integer,
    LevelDirection,
    List,
    Password,
    SimpleLevels,
    SingleChoice,
    SingleChoiceElement,
    String,
    TimeMagnitude,
    TimeSpan,
    validators,
)
from cmk.rulesets.v1.rule_specs import ActiveCheck, Topic

NOT_EMPTY = (validators.LengthInRange(1, None),)
DAY = 86400.0


def _credential() -> CascadingSingleChoice:
    return CascadingSingleChoice(
        title=Title("What the account logs in with"),
        prefill=DefaultValue("password"),
        elements=[
            CascadingSingleChoiceElement(
                name="password",
                title=Title("Password"),
                parameter_form=Password(),
            ),
            CascadingSingleChoiceElement(
                name="token",
                title=Title("OAuth 2.0 access token"),
                parameter_form=Password(),
            ),
            CascadingSingleChoiceElement(
                name="oauth2",
                title=Title("Account of smtp-oauth2, which renews its token"),
                parameter_form=String(custom_validate=NOT_EMPTY),
            ),
        ],
    )


def _levels() -> dict[str, DictElement]:
    return {
        "certificate": DictElement(
            parameter_form=SimpleLevels(
                title=Title("Validity that certificates must have left"),
                level_direction=LevelDirection.LOWER,
                form_spec_template=TimeSpan(
                    displayed_magnitudes=[TimeMagnitude.DAY]
                ),
                prefill_fixed_levels=InputHint((30 * DAY, 14 * DAY)),
            )
        ),
        "response_time": DictElement(
            parameter_form=SimpleLevels(
                title=Title("Time that the login may take"),
                level_direction=LevelDirection.UPPER,
                form_spec_template=TimeSpan(
                    displayed_magnitudes=[
                        TimeMagnitude.SECOND,
                        TimeMagnitude.MILLISECOND,
                    ]
                ),
                prefill_fixed_levels=InputHint((2.0, 5.0)),
            )
        ),
    }


def _form() -> Dictionary:
    return Dictionary(
        help_text=Help(
            "Logs in to a mail submission server, and sends no message. One check "
            "is one login: check every 5 minutes, not every minute, by a rule of "
            "'Normal check interval for service checks'."
        ),
        elements={
            "user": DictElement(
                required=True,
                parameter_form=String(
                    title=Title("User name"),
                    custom_validate=NOT_EMPTY,
                    macro_support=True,
                ),
            ),
            "credential": DictElement(required=True, parameter_form=_credential()),
            "service": DictElement(
                parameter_form=String(
                    title=Title("Name of the service"),
                    help_text=Help("Without it: SMTP login, and the user name."),
                    custom_validate=NOT_EMPTY,
                    macro_support=True,
                )
            ),
            "hostname": DictElement(
                parameter_form=String(
                    title=Title("Name of the server"),
                    help_text=Help(
                        "As its certificate has it. Without it: the host's name, "
                        "at the host's address."
                    ),
                    custom_validate=NOT_EMPTY,
                    macro_support=True,
                )
            ),
            "port": DictElement(
                parameter_form=Integer(
                    title=Title("Port"),
                    prefill=DefaultValue(587),
                    custom_validate=(validators.NetworkPort(),),
                )
            ),
            "tls": DictElement(
                parameter_form=SingleChoice(
                    title=Title("TLS"),
                    prefill=DefaultValue("starttls"),
                    elements=[
                        SingleChoiceElement(
                            name="starttls", title=Title("By STARTTLS, port 587")
                        ),
                        SingleChoiceElement(
                            name="implicit",
                            title=Title("From the first byte, port 465"),
                        ),
                    ],
                )
            ),
            **_levels(),
            "guard": DictElement(
                parameter_form=BooleanChoice(
                    title=Title("Hold back what was refused"),
                    help_text=Help(
                        "A secret that was refused 3 times within an hour is not "
                        "sent again until the hour is over, or until it changes: "
                        "the check locks no account. This is so without the rule's "
                        "option, too."
                    ),
                    prefill=DefaultValue(True),
                )
            ),
            "timeout": DictElement(
                parameter_form=TimeSpan(
                    title=Title("Deadline"),
                    displayed_magnitudes=[TimeMagnitude.SECOND],
                    prefill=DefaultValue(10.0),
                )
            ),
            "options": DictElement(
                parameter_form=List(
                    title=Title("More options"),
                    help_text=Help(
                        "Each as one word, such as --ca-file=/etc/ssl/our-ca.pem; "
                        "see 'check_smtp_auth --help'. No secret belongs here."
                    ),
                    element_template=String(custom_validate=NOT_EMPTY),
                )
            ),
        },
    )


rule_spec_smtp_auth = ActiveCheck(
    name="smtp_auth",
    title=Title("Login at a mail server (check_smtp_auth)"),
    topic=Topic.APPLICATIONS,
    parameter_form=_form,
)
