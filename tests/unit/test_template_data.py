"""How template.yaml protects data, and how long it is kept."""

import pytest

from tests.unit.test_template import RESOURCES, TEMPLATE
from tests.unit.test_template_wiring import FUNCTIONS, QUEUES, target
from vaada.model.address_usage import AddressUsage
from vaada.model.incoming_mail import SetAsideMail
from vaada.model.receipts import Receipt
from vaada.model.sessions import Session

TWO_WEEKS = 1_209_600  # seconds, the longest that SQS keeps a message


def test_the_table_is_encrypted_and_can_be_restored_and_forgets_what_has_expired() -> None:
    table = RESOURCES["Table"]["Properties"]

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    for expires in (AddressUsage, Receipt, Session, SetAsideMail):
        assert "expires_at" in expires.model_fields


def test_the_bucket_is_private_and_encrypted_and_tells_of_mails() -> None:
    bucket = RESOURCES["InboundMailBucket"]["Properties"]
    [encrypted] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert encrypted == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert bucket["PublicAccessBlockConfiguration"] == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


def test_the_bucket_forgets_all_but_the_files_of_customers() -> None:
    rules = RESOURCES["InboundMailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule.get("Prefix"): rule.get("ExpirationInDays") for rule in rules}

    assert days == {"raw/": 30, "accepted/": 30, "aws/lambda/async/": 30, None: None}
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    assert rules[-1]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_bucket_refuses_whoever_does_not_encrypt_the_connection() -> None:
    policy = RESOURCES["InboundMailBucketPolicy"]["Properties"]
    *_, refused = policy["PolicyDocument"]["Statement"]

    assert target(policy["Bucket"]) == "InboundMailBucket"
    assert (refused["Effect"], refused["Principal"], refused["Action"]) == ("Deny", "*", "s3:*")
    assert refused["Resource"] == [{"GetAtt": "InboundMailBucket.Arn"}, {"Sub": "${InboundMailBucket.Arn}/*"}]
    assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_and_keeps_dead_letters_as_long_as_it_can(queue: str) -> None:
    properties = QUEUES[queue]["Properties"]

    assert properties["SqsManagedSseEnabled"] is True
    if queue.endswith("Failures"):
        assert properties == {"MessageRetentionPeriod": TWO_WEEKS, "SqsManagedSseEnabled": True}


def test_an_event_is_tried_again_for_minutes_and_then_kept_for_the_owner() -> None:
    """The five attempts end long before SQS deletes the event."""
    queue = QUEUES["RetryQueue"]["Properties"]
    tries = queue["RedrivePolicy"]["maxReceiveCount"]
    takes = queue["DelaySeconds"] + tries * queue["VisibilityTimeout"]

    assert tries == 5
    assert 30 <= queue["DelaySeconds"] <= 60
    assert 600 < takes < 3600 < queue["MessageRetentionPeriod"] < TWO_WEEKS


def test_logs_are_kept_as_long_as_the_owner_says() -> None:
    group = RESOURCES["LogGroup"]["Properties"]
    logging = TEMPLATE["Globals"]["Function"]["LoggingConfig"]

    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert logging == {"LogFormat": "JSON", "LogGroup": {"Ref": "LogGroup"}}
    assert not [name for name, one in FUNCTIONS.items() if "LoggingConfig" in one["Properties"]]
