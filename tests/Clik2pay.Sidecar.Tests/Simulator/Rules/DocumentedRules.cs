namespace Clik2pay.Sidecar.Tests.Simulator.Rules;

/// <summary>
/// The documented rules for request bodies, as changes to a valid body. A change is <c>PATH=JSON</c>, or <c>PATH=</c> to remove the
/// field. Rules that are not documented are in <see cref="UndocumentedRules"/>.
/// </summary>
internal static class DocumentedRules
{
    private const string Request = "https://docs.clik2pay.com/reference/post-v1-merchants-merchantid-payment-requests";
    private const string Payment = "https://docs.clik2pay.com/reference/post-v1-payments-1";
    private const string Refund = "https://docs.clik2pay.com/docs/refunds-1";

    private static readonly string Long51 = new('x', 51);
    private static readonly string Long50 = new('x', 50);
    private static readonly string Long33 = new('x', 33);
    private static readonly string Long251 = new('x', 251);
    private static readonly string Long250 = new('x', 250);

    /// <summary>Each change makes the body invalid. The field in the error is the path, or the text after <c>-&gt;</c>.</summary>
    public static IReadOnlyList<(string Body, string Source, string[] Changes)> Refused =>
    [
        ("payment request", Request,
        [
            "amount=", "amount=null", "amount=0", "amount=-1", "amount=0.009", "amount=10000.01", "amount=10001", "amount=1e400",
            "amount=-1e400",
            "amount=\"12.50\"", "amount=true", "amount=[1]", "amount={}",
            "type=", "type=null", "type=\"SMART\"", "type=\"ecomm\"", "type=\"\"", "type=\"OTHER\"", "type=1", "type=[\"ECOMM\"]",
            "payer=", "payer=null", "payer=\"A. Payer\"", "payer=[]", "payer=1",
            "merchantTransactionId=\"12345\"", "merchantTransactionId=\"\"", $"merchantTransactionId=\"{Long33}\"",
            "merchantTransactionId=123456", "merchantTransactionId={}", "merchantTransactionId=true",
            "deliveryMode=\"LETTER\"", "deliveryMode=\"sms\"", "deliveryMode=\"\"", "deliveryMode=1", "deliveryMode=[\"SMS\"]",
            "deliveryDate=20261130", "deliveryDate=[]", "dueDate=0", "dueDate={}",
            "displayMessage=\"Hi\"", "displayMessage=\"\"", $"displayMessage=\"{Long251}\"", "displayMessage=5", "displayMessage=[]",
            $"invoiceNumber=\"{Long51}\"", "invoiceNumber=1001", "invoiceNumber={}",
            $"businessUnit=\"{Long51}\"", "businessUnit=7", "businessUnit=false",
            "merchant=\"Shop\"", "merchant=[]", "merchant=1", "flexDetails=5", "flexDetails=[]",
        ]),
        ("flexible payment request", Request,
        [
            "amount=", "amount=12.5", "amount=0", "amount=\"\"",
            "flexDetails=", "flexDetails=null", "flexDetails=20", "flexDetails=\"5-50\"", "flexDetails=[5,50]",
            "payer=", "payer=null", "merchantTransactionId=\"short\"", "deliveryMode=\"PHONE\"", "dueDate=1",
            "displayMessage=\"No\"", $"invoiceNumber=\"{Long51}\"", $"businessUnit=\"{Long51}\"",
        ]),
        ("payment", Payment,
        [
            "amount=", "amount=null", "amount=0", "amount=-5", "amount=0.001", "amount=\"3\"", "amount=false",
            "recipient=", "recipient=null", "recipient=\"a@example.com\"", "recipient=[]",
            "recipient.email=", "recipient.email=null", "recipient.email=1",
            "recipient.mobileNumber=", "recipient.mobileNumber=null", "recipient.mobileNumber=4165550100",
            "merchantTransactionId=\"12345\"", $"merchantTransactionId=\"{Long33}\"", "merchantTransactionId=123456",
            "displayMessage=\"Hi\"", $"displayMessage=\"{Long251}\"", "displayMessage=1",
            $"invoiceNumber=\"{Long51}\"", "invoiceNumber=1", $"businessUnit=\"{Long51}\"", "businessUnit=1",
            "expiryDays=0", "expiryDays=366", "expiryDays=-1", "expiryDays=\"30\"", "expiryDays=true", "merchant=\"Shop\"",
        ]),
        ("refund", Refund,
        [
            "amount=", "amount=null", "amount=0", "amount=-1", "amount=\"2.5\"",
            "recipient=", "recipient=null", "recipient=\"a@example.com\"",
            "recipient.email=", "recipient.email=null", "recipient.mobileNumber=", "recipient.mobileNumber=null",
            "message=\"Hi\"", $"message=\"{Long251}\"", "message=1",
        ]),
    ];

    /// <summary>Each change leaves the body valid.</summary>
    public static IReadOnlyList<(string Body, string Source, string[] Changes)> Accepted =>
    [
        ("payment request", Request,
        [
            "amount=0.01", "amount=10000", "amount=1e3", "type=\"EBILL\"", "type=\"MOBIL\"",
            "merchantTransactionId=null", "merchantTransactionId=\"123456\"", $"merchantTransactionId=\"{Long33[1..]}\"",
            "deliveryMode=null", "deliveryMode=\"SMS\"", "deliveryMode=\"EMAIL\"", "deliveryMode=\"NONE\"",
            "deliveryDate=null", "deliveryDate=\"2028-02-29\"", "dueDate=null", "dueDate=\"2026-12-31\"",
            "displayMessage=null", "displayMessage=\"Hey\"", $"displayMessage=\"{Long250}\"",
            "invoiceNumber=null", "invoiceNumber=\"\"", $"invoiceNumber=\"{Long50}\"",
            "businessUnit=null", "businessUnit=\"\"", $"businessUnit=\"{Long50}\"", "merchant=null", "merchant={}", "flexDetails=null",
        ]),
        ("flexible payment request", Request, ["dueDate=\"2026-12-31\"", "deliveryMode=\"EMAIL\"", "merchantTransactionId=null"]),
        ("payment", Payment,
        [
            "amount=0.01", "amount=10000.01", "merchantTransactionId=null", "displayMessage=null", $"displayMessage=\"{Long250}\"",
            $"invoiceNumber=\"{Long50}\"", $"businessUnit=\"{Long50}\"", "expiryDays=null", "expiryDays=1", "expiryDays=365",
        ]),
        ("refund", Refund, ["amount=0.01", "amount=12.5", "message=null", "message=\"Hey\"", $"message=\"{Long250}\""]),
    ];
}
