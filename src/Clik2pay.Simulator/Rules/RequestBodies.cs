using System.Text.Json.Nodes;
using static Clik2pay.Simulator.Rules.JsonType;
using static Clik2pay.Simulator.Rules.Source;

namespace Clik2pay.Simulator.Rules;

/// <summary>The rules for the bodies of all requests that create a transaction, each with its source.</summary>
internal static class RequestBodies
{
    /// <summary>A payment request whose amount the merchant sets.</summary>
    public static readonly ObjectRules PaymentRequest = CreatePaymentRequestRules(isFlexible: false);

    /// <summary>A payment request whose amount the payer chooses: <c>type</c> is FLEX, and <c>amount</c> is null.</summary>
    public static readonly ObjectRules FlexiblePaymentRequest = CreatePaymentRequestRules(isFlexible: true);

    public static readonly ObjectRules Refund = new(
        Amount(Refunds, Rule.Range(0.01m, null, Refunds), Rule.Range(0.01m, 10_000, Assumption)),
        Recipient(Refunds),
        Optional("message", Refunds, Rule.Length(3, 250, Refunds)));

    public static readonly ObjectRules Payment = new(
        Amount(CreatePayment, Rule.Range(0.01m, null, CreatePayment), Rule.Range(0.01m, 1_000_000_000, Assumption)),
        Recipient(CreatePayment),
        Optional("merchantTransactionId", CreatePayment, Rule.Length(6, 32, CreatePayment)),
        Optional("displayMessage", CreatePayment, Rule.Length(3, 250, CreatePayment)),
        Optional("invoiceNumber", CreatePayment, Rule.Length(0, 50, CreatePayment)),
        Optional("businessUnit", CreatePayment, Rule.Length(0, 50, CreatePayment)),
        new("expiryDays", Number, CreatePayment) { Rules = [Rule.Range(1, 365, CreatePayment), Rule.MultipleOf(1, Assumption)] },
        Merchant(CreatePayment));

    /// <returns>The rules for a new payment request, which depend on its type.</returns>
    public static ObjectRules OfPaymentRequest(JsonObject sent) =>
        Rule.Text(sent["type"]) == "FLEX" ? FlexiblePaymentRequest : PaymentRequest;

    private static ObjectRules CreatePaymentRequestRules(bool isFlexible) => new(
        new("type", JsonType.String, CreatePaymentRequest)
        {
            IsRequired = true,
            Rules = [isFlexible ? FlexibleType : FixedAmountType],
        },
        isFlexible
            ? new("amount", Null, CreatePaymentRequest) { IsRequired = true }
            : Amount(CreatePaymentRequest, Rule.Range(0.01m, 10_000, CreatePaymentRequest)),
        new("flexDetails", JsonType.Object, CreatePaymentRequest) { IsRequired = isFlexible, Members = FlexDetails },
        new("payer", JsonType.Object, CreatePaymentRequest) { IsRequired = true, Members = Payer },
        Optional("merchantTransactionId", CreatePaymentRequest, Rule.Length(6, 32, CreatePaymentRequest)),
        Optional("deliveryMode", CreatePaymentRequest, Rule.OneOf(CreatePaymentRequest, "SMS", "EMAIL", "NONE")),
        Optional("deliveryDate", CreatePaymentRequest, Rule.Date(Assumption)),
        Optional("dueDate", CreatePaymentRequest, Rule.Date(Assumption)),
        Optional("displayMessage", CreatePaymentRequest, Rule.Length(3, 250, CreatePaymentRequest)),
        Optional("invoiceNumber", CreatePaymentRequest, Rule.Length(0, 50, CreatePaymentRequest)),
        Optional("businessUnit", CreatePaymentRequest, Rule.Length(0, 50, CreatePaymentRequest)),
        Merchant(CreatePaymentRequest));

    private static Rule FlexibleType => Rule.OneOf(CreatePaymentRequest, "FLEX") with { Problem = "must be FLEX" };

    // FLEX is also valid. For FLEX, OfPaymentRequest returns the rules of a flexible payment request. SMART is read-only.
    private static Rule FixedAmountType => Rule.OneOf(CreatePaymentRequest, "ECOMM", "EBILL", "MOBIL") with
    {
        Problem = "must be one of ECOMM, EBILL, MOBIL, FLEX",
    };

    // The provider's portal requires a name, and an email address or a phone number. The documentation does not state the API's rule.
    private static ObjectRules Payer => new(
        new("name", JsonType.String, Integrations)
        {
            IsRequired = true,
            RequiredSource = Assumption,
            Rules = [Rule.NotEmpty(Assumption)],
        },
        Optional("email", Integrations, Rule.Email(Assumption)),
        Optional("mobileNumber", Integrations, Rule.MobileNumber(Integrations)),
        Optional("preferredLanguage", Integrations, Rule.OneOf(Integrations, "en", "fr")),
        Optional("merchantAccountId", Integrations))
    {
        Alternatives = ["email", "mobileNumber"],
    };

    private static ObjectRules FlexDetails => new([.. ((string[])["requested", "minimum", "maximum"]).Select(name =>
        new Field(name, Number, Integrations) { Rules = [Rule.Range(0.01m, 10_000, Assumption), Rule.MultipleOf(0.01m, Assumption)] })]);

    private static Field Recipient(Source source) => new("recipient", JsonType.Object, source)
    {
        IsRequired = true,
        Members = new(
            new("email", JsonType.String, source) { IsRequired = true, Rules = [Rule.Email(Assumption)] },
            new("mobileNumber", JsonType.String, source) { IsRequired = true, Rules = [Rule.MobileNumber(Assumption)] },
            Optional("name", Assumption)),
    };

    private static Field Merchant(Source source) => new("merchant", JsonType.Object, source)
    {
        Members = new(Optional("id", Integrations), Optional("name", Integrations)),
    };

    /// <summary>An amount in dollars, with at most two decimal places.</summary>
    private static Field Amount(Source source, params IReadOnlyList<Rule> ranges) => new("amount", Number, source)
    {
        IsRequired = true,
        Rules = [.. ranges, Rule.MultipleOf(0.01m, Assumption)],
    };

    private static Field Optional(string name, Source source, params IReadOnlyList<Rule> rules) =>
        new(name, JsonType.String, source) { Rules = rules };
}
