using System.Collections.Immutable;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Requests.Operations;

/// <summary>The operations that have a name, with the method and the path of each.</summary>
internal static class KnownOperations
{
    /// <summary>The path of creates.</summary>
    public const string PaymentRequests = "/open/v1/payment-requests";

    /// <summary>The path of payments.</summary>
    public const string Payments = "/open/v1/payments";

    public static readonly ImmutableArray<(Operation Operation, OperationPattern Pattern)> All =
    [
        (Operation.Create, Parse($"POST {PaymentRequests}")),
        (Operation.Read, Parse("GET /open/v1/**")),
        (Operation.Cancel, Parse($"POST {PaymentRequests}/*/cancellation")),
        (Operation.Refund, Parse($"POST {PaymentRequests}/*/refunds")),
        (Operation.Pay, Parse($"POST {Payments}")),
    ];

    /// <param name="name">A name in any case, for example <c>create</c>.</param>
    /// <returns>The pattern of the operation. Null if no operation has the name.</returns>
    public static OperationPattern? Find(string name)
    {
        foreach (var (operation, pattern) in All)
        {
            if (operation.ToSnakeCase().Equals(name, StringComparison.OrdinalIgnoreCase))
                return pattern;
        }

        return null;
    }

    private static OperationPattern Parse(string text) =>
        OperationPattern.TryParseMethodAndPath(text) ?? throw new ArgumentException("The pattern is not valid.", nameof(text));
}
