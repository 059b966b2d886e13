using System.Text.Json.Nodes;
using Clik2pay.Simulator.Rules;

namespace Clik2pay.Simulator.Description;

/// <summary>
/// The OpenAPI 3.1 description of the simulated API. The paths and the responses are in openapi.json. The schemas of the request bodies
/// come from <see cref="RequestBodies"/>, which also validate the bodies.
/// </summary>
internal static class OpenApiDescription
{
    public static JsonObject Create()
    {
        using var stream = typeof(OpenApiDescription).Assembly.GetManifestResourceStream("openapi.json")!;
        var description = JsonNode.Parse(stream)!.AsObject();
        var schemas = description["components"]!["schemas"]!;
        schemas["NewPaymentRequest"] = RequestBodies.PaymentRequest.ToSchema();
        schemas["NewFlexiblePaymentRequest"] = RequestBodies.FlexiblePaymentRequest.ToSchema();
        schemas["NewRefund"] = RequestBodies.Refund.ToSchema();
        schemas["NewPayment"] = RequestBodies.Payment.ToSchema();
        return description;
    }
}
