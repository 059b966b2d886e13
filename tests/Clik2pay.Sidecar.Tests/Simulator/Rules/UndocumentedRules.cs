namespace Clik2pay.Sidecar.Tests.Simulator.Rules;

/// <summary>
/// The rules for request bodies that come from public integrations or are assumptions, in the form of <see cref="DocumentedRules"/>.
/// </summary>
internal static class UndocumentedRules
{
    private const string Seen = "Public integrations in production";
    private const string Assumption = "An assumption of the simulator";

    public static IReadOnlyList<(string Body, string Source, string[] Changes)> Refused =>
    [
        ("payment request", Seen,
        [
            "payer.name=1", "payer.mobileNumber=\"416555010\"", "payer.mobileNumber=\"+14165550100\"",
            "payer.preferredLanguage=\"de\"", "payer.email=5", "payer.merchantAccountId=5", "merchant={\"id\":5}->merchant.id",
        ]),
        ("payment request", Assumption,
        [
            "payer.name=", "payer.name=null",
            "amount=12.345", "payer.name=\"\"", "payer.email=\"nobody\"", "payer.email=\"a b@example.com\"", "payer.email=\"a@b@c\"",
            "payer={\"name\":\"A. Payer\"}", "payer.email=null->payer",
            "deliveryDate=\"tomorrow\"", "deliveryDate=\"2026-02-30\"", "deliveryDate=\"30.11.2026\"", "deliveryDate=\"20261130\"",
            "dueDate=\"\"", "dueDate=\"2026-13-01\"", "dueDate=\"2026-1-1\"", "dueDate=\"2026-01-01T00:00:00Z\"",
        ]),
        ("flexible payment request", Seen, ["flexDetails.minimum=\"5\"", "flexDetails.requested=[]"]),
        ("flexible payment request", Assumption,
        [
            "flexDetails.maximum=10001", "flexDetails.minimum=0", "flexDetails.requested=1.001", "flexDetails.minimum=51->flexDetails",
            "flexDetails.requested=4->flexDetails", "flexDetails.requested=51->flexDetails", "dueDate=\"soon\"",
        ]),
        ("payment", Assumption,
        [
            "amount=1.001", "amount=1e30", "amount=1000000000.01", "expiryDays=1.5", "recipient.email=\"nobody\"",
            "recipient.mobileNumber=\"416 555 0100\"",
        ]),
        ("refund", Assumption, ["amount=12.51->", "amount=10000.01", "recipient.email=\"@\"", "recipient.mobileNumber=\"none\""]),
    ];

    public static IReadOnlyList<(string Body, string Source, string[] Changes)> Accepted =>
    [
        ("payment request", Seen,
        [
            "payer={\"name\":\"A. Payer\",\"mobileNumber\":\"4165550100\"}", "payer.preferredLanguage=\"fr\"", "payer.mobileNumber=null",
            "payer.merchantAccountId=\"1001\"", "merchant={\"id\":\"m-1\",\"name\":\"Shop\"}",
        ]),
        ("payment request", Assumption, ["unknownField=true", "payer.unknown=[1]", "status=\"PAID\""]),
        ("flexible payment request", Assumption, ["flexDetails={}", "flexDetails.requested=null"]),
    ];
}
