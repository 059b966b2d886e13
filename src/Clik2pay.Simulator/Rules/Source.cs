using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Rules;

/// <summary>The source of a rule.</summary>
/// <param name="Text">The address of the provider's page, or a description.</param>
/// <param name="Certainty">How certain the rule is.</param>
internal sealed record Source(string Text, Certainty Certainty)
{
    public static readonly Source CreatePaymentRequest =
        Page("https://docs.clik2pay.com/reference/post-v1-merchants-merchantid-payment-requests");

    public static readonly Source CreatePayment = Page("https://docs.clik2pay.com/reference/post-v1-payments-1");
    public static readonly Source Refunds = Page("https://docs.clik2pay.com/docs/refunds-1");
    public static readonly Source Authentication = Page("https://docs.clik2pay.com/docs/preparation-prerequisites-1");

    /// <summary>The statuses of errors and their meanings.</summary>
    public static readonly Source Errors = Page("https://docs.clik2pay.com/reference/errors");

    /// <summary>Fields and formats that the public pages do not list.</summary>
    public static readonly Source Integrations = new("Public integrations in production", Certainty.Seen);

    public static readonly Source Assumption = new("An assumption of the simulator", Certainty.Guessed);

    /// <summary>The certainty as JSON contains it.</summary>
    public string CertaintyName => Certainty.ToString().ToLowerInvariant();

    /// <summary>Adds the source to a schema of an OpenAPI description.</summary>
    public void WriteTo(JsonObject schema)
    {
        schema["x-source"] = Text;
        schema["x-certainty"] = CertaintyName;
    }

    private static Source Page(string address) => new(address, Certainty.Documented);
}
