using System.Globalization;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Common;

namespace Clik2pay.Simulator.Webhooks;

/// <summary>A webhook event and the attempts to deliver it. The lock of <see cref="WebhookQueue"/> protects changes.</summary>
internal sealed class Delivery(string eventType, string message, string resourceType, JsonObject resource)
{
    /// <summary>RFC 3339 with milliseconds.</summary>
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private readonly string id = Identifier.New();
    private readonly List<(DateTimeOffset At, string? Outcome)> attempts = [];

    public DeliveryStatus Status { get; set; }

    /// <summary>How many deliveries of the event remain. A simulated fault delivers an event twice.</summary>
    public int RemainingCopies { get; set; } = 1;

    /// <summary>The body of the webhook: an array with one event (https://docs.clik2pay.com/docs/webhook-listener).</summary>
    public byte[] Body { get; } = JsonBody.ToUtf8(new JsonArray(new JsonObject
    {
        ["message"] = message,
        ["eventType"] = eventType,
        ["resourceType"] = resourceType,
        ["resource"] = resource,
    }));

    /// <summary>The number of consecutive attempts without a 2xx.</summary>
    public int Failures { get; private set; }

    public void Begin(DateTimeOffset now) => attempts.Add((now, null));

    /// <summary>Records the outcome of the latest attempt.</summary>
    /// <param name="outcome">The status code of the response, or the error.</param>
    /// <param name="isSuccess">Whether the status code is a 2xx.</param>
    public void End(string outcome, bool isSuccess)
    {
        attempts[^1] = (attempts[^1].At, outcome);
        Failures = isSuccess ? 0 : Failures + 1;
    }

    public JsonObject ToJson() => new()
    {
        ["id"] = id,
        ["eventType"] = eventType,
        ["resourceType"] = resourceType,
        ["resourceId"] = (string?)resource["id"],
        ["resourceStatus"] = (string?)resource["status"],
        ["status"] = Status.ToString().ToLowerInvariant(),
        ["attempts"] = new JsonArray([.. attempts.Select(attempt => (JsonNode)new JsonObject
        {
            ["at"] = attempt.At.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
            ["outcome"] = attempt.Outcome,
        })]),
    };
}
