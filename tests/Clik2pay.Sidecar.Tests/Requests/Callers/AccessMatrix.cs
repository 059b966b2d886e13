namespace Clik2pay.Sidecar.Tests.Requests.Callers;

/// <summary>
/// Callers, ways of choosing a profile, and requests, with the expected result of each combination. The table does not use the code of the
/// sidecar.
/// </summary>
internal static class AccessMatrix
{
    public const string Unrecognized = "nobody";

    /// <summary>
    /// The profiles of each caller, its default profile, and what it may do. The letters are those of <see cref="Requests"/>.
    /// </summary>
    public static readonly (string Name, string[] Profiles, string? Default, string Grants, string Operations)[] Callers =
    [
        ("admin", ["default", "shop", "other"], "default", "a", "* /open/v1/**"),
        ("agent", ["shop"], "shop", "cr", "create;read"),
        ("books", ["default", "other"], "default", "r", "read"),
        ("support", ["shop", "other"], null, "rxf", "read;cancel;refund"),
        ("payout", ["other"], "other", "p", "pay"),
        ("narrow", ["default"], "default", "s", "POST /open/v1/payment-requests/*"),
        ("both", ["default"], "default", "sf", "POST /open/v1/payment-requests/*;refund"),
        (Unrecognized, [], null, "", ""),
    ];

    /// <summary>The listener, its profile, and the header that names a profile.</summary>
    public static readonly (string Listener, string? Fixed, string? Header)[] Ways =
    [
        ("default", null, null), ("default", null, "default"), ("default", null, "shop"), ("default", null, "OTHER"),
        ("default", null, "unknown"), ("default", null, ""), ("default", null, "shop, shop"),
        ("shop", "shop", null), ("shop", "shop", "Shop"), ("shop", "shop", "other"),
    ];

    /// <summary>
    /// Requests with the grants that a caller needs. Each reading of the path needs its own grant. The letters are c (create), r (read),
    /// x (cancel), f (refund), p (pay), s (POST to one segment below payment-requests), and a, which suffices alone. A dash is a request
    /// that no caller may send, and an exclamation mark is a request that the guard refuses.
    /// </summary>
    public static readonly (string Method, string Target, string Needs)[] Requests =
    [
        ("POST", "/open/v1/payment-requests", "c"),
        ("POST", "/open/v1/payment-requests?next=/open/v1/payments", "c"),
        ("GET", "/open/v1/payment-requests/1", "r"),
        ("HEAD", "/open/v1/payment-requests/1", "r"),
        ("GET", "/open/v1/payment-requests/1%2Frefunds", "r"),
        ("POST", "/open/v1/payment-requests/1/cancellation", "x"),
        ("POST", "/open/v1/payment-requests/1/refunds", "f"),
        ("POST", "/open/v1/payment-requests/1;x/refunds", "f"),
        ("POST", "/open/v1/payments", "p"),
        ("POST", "/open/v1/payment-requests/1", "s"),
        ("POST", "/open/v1/payment-requests/1%3Fx", "s"),
        ("POST", "/open/v1/payment-requests/%31", "s"),

        // As written one segment, and a refund for a server that decodes once or twice.
        ("POST", "/open/v1/payment-requests/1%2Frefunds", "sf"),
        ("POST", "/open/v1/payment-requests/1%252Frefunds", "sf"),
        ("POST", "/open/v1/payment-requests/1%2frefunds", "sf"),
        ("POST", "/open/v1/payment-requests/1/%72efunds", "a"),
        ("POST", "/open/v1/payment-requests/%3Frefunds", "a"),
        ("POST", "/open/v1/payment%2Drequests", "a"),
        ("POST", "/open/v1/payment-requests%3Fx", "a"),
        ("POST", "/open/v1/%70ayments", "a"),
        ("POST", "/open/v1/%2570ayments", "a"),

        // Similar spellings are not the same operation.
        ("POST", "/open/v1/payment-requests/", "a"),
        ("POST", "/open/v1/payment-requests;x", "a"),
        ("POST", "/open/v1/payment-requests/1/refunds/", "a"),
        ("POST", "/open/v1/payment-requests/1/refunds;x", "a"),
        ("POST", "/open/v1/payment-requests/;x/refunds", "a"),
        ("POST", "/open/v1/Payments", "a"),
        ("POST", "/open/v1//payments", "a"),
        ("POST", "/open/v1/payments/1", "a"),
        ("PUT", "/open/v1/payment-requests/1", "a"),
        ("PATCH", "/open/v1/payments", "a"),
        ("DELETE", "/open/v1/payment-requests/1", "a"),
        ("GET", "/Open/v1/payment-requests/1", "-"),
        ("POST", "/open%2Fv1/payments", "-"),
        ("POST", "/elsewhere", "-"),

        ("POST", "/open/v1/payment-requests/../payments", "!"),
        ("POST", "/open/v1/payment-requests/1/..;x/2", "!"),
        ("POST", "/open/v1/payment-requests/%2e%2e/payments", "!"),
        ("POST", "/open/v1/payment-requests/1%252F..%252F..%252Fpayments", "!"),
        ("GET", "/open/v1/payment-requests/1%5Crefunds", "!"),
    ];

    /// <returns>The profile of an accepted request, or the error code of a refused one.</returns>
    public static (string? Profile, string? Code) Expect(
        (string Name, string[] Profiles, string? Default, string Grants, string Operations) caller,
        (string Listener, string? Fixed, string? Header) way,
        string needs)
    {
        if (needs == "!")
            return (null, "bad_request");

        var profile = (way.Fixed, Header: way.Header?.ToLowerInvariant()) switch
        {
            (null, null) => caller.Default,
            (null, var header) => header,
            (var listener, null) => listener,
            (var listener, var header) => listener == header ? header : null,
        };
        if (caller.Name == Unrecognized || !caller.Profiles.Contains(profile, StringComparer.Ordinal))
            return (null, "caller_refused");

        var isAllowed = needs != "-" && (caller.Grants.Contains('a') || needs.All(grant => caller.Grants.Contains(grant)));
        return isAllowed ? (profile, null) : (null, "operation_not_allowed");
    }
}
