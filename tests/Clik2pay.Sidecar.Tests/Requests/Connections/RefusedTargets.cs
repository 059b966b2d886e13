using static Clik2pay.Sidecar.Tests.Requests.Connections.RefusedRequests;

namespace Clik2pay.Sidecar.Tests.Requests.Connections;

/// <summary>Targets that are refused because servers could interpret them differently.</summary>
public static class RefusedTargets
{
    public static IEnumerable<(string Request, int Status, string Code, string Reason)> All { get; } =
    [
        .. new[]
        {
            // Dot segments, as written or after one or more decodings.
            "/open/v1/../admin", "/open/v1/./a", "/open/v1/a/..", "/open/v1/a/.", "/open/v1/%2e%2e/admin", "/open/v1/.%2E/admin",
            "/open/v1/%2e",
            "/open/v1/..%2fadmin", "/open/v1/%2e%2e%2Fadmin", "/open/v1/..;/admin", "/open/v1/..;x=1/admin", "/open/v1/.;/admin",
            "/open/v1/..%3bx/admin", "/open/v1/..%3Bx/admin", "/open/v1/%252e%252e/admin", "/open/v1/.%252e/admin",
            "/open/v1/%252E",
            "/open/v1/..%252fadmin", "/open/v1/a%2f..%2fadmin", "/open/v1/a%252f..%252fadmin", "/open/v1/a%2f%2e%2e",
            "/open/v1/..%255cadmin",
            "/open/v1/a%252f%252e%252e", "/open/v1/%252e%252e%253bx/admin", "/open/v1/%25%32%65%25%32%65/admin", "/../open/v1/a",
            "/.",

            // Backslashes.
            "/open/v1/..\\admin", "/open/v1/a\\b", "/open/v1/..%5cadmin", "/open/v1/a%5Cb", "/open/v1/%5c", "/open/v1/a%5c%5cb",

            // Control characters that are escaped once or twice, and broken escapes.
            "/open/v1/a%0d%0ax-injected:1", "/open/v1/a%7f", "/open/v1/a%01", "/open/v1/a%09b", "/open/v1/a%1b[2J",
            "/open/v1/a%250d%250ab",
            "/open/v1/a%2500b", "/open/v1/%zz", "/open/v1/%", "/open/v1/%2", "/open/v1/%+2", "/open/v1/%2g", "/open/v1/%%32%65",
            "/open/v1/a%u002e",

            // Overlong UTF-8.
            "/open/v1/%f8%80%80%80%ae", "/open/v1/%fc%80%80%80%80%ae",
            "/open/v1/%c0%ae%c0%ae/admin", "/open/v1/%C0%AF", "/open/v1/%c1%9c", "/open/v1/%e0%80%ae%E0%80%AE/admin",
            "/open/v1/%e0%9f%bf",
            "/open/v1/%f0%80%80%ae./admin", "/open/v1/%F0%8F%BF%BF", "/open/v1/%25c0%25ae%25c0%25ae/admin",

            // Fragments.
            "/open/v1/a#b", "/open/v1/a?b#c", "/open/v1/#",

            // Not a path.
            "*", "localhost:8080", "http://localhost/open/v1/a", "http://127.0.0.1/open/v1/a?b",
        }.Select(target => (Get(target), 400, "bad_request", "target")),

        // Targets that the server itself cannot read.
        .. new[] { "/open/v1/a%00b", "/open/v1/\u00e9", "open/v1/a", "/open/v1/a\0b", "", "?a", "http:///open/v1/a" }
            .Select(target => (Get(target), 400, "bad_request", "malformed")),

        // Every control character that the server accepts, in the path and in the query.
        .. Controls.Where(c => c is not ('\0' or '\n'))
            .SelectMany(c => new[] { Get($"/open/v1/a{c}b"), Get($"/open/v1/a?b{c}c") })
            .Select(request => (request, 400, "bad_request", "target")),
        .. new[] { Get("/open/v1/a\nb"), Get("/open/v1/a?b\nc"), Get("/open/v1/a?b\0c") }
            .Select(request => (request, 400, "bad_request", "malformed")),

        // An escaped separator outside of a catch-all segment, and a path that matches another route after decoding.
        .. new[]
        {
            "/narrow/pr1%2Frefunds", "/narrow/pr1%2frefunds", "/narrow/pr1%252Frefunds", "/narrow/pr1%255Crefunds",
            "/narrow/pr1%2F", "/narrow/%2Fpr1",
            "/narrow/pr1;%2Frefunds", "/narrow/pr1%3B%2Frefunds", "/narrow/pr1%25%32%46refunds", "/narrow/a%2Fb/refunds",
            "/narrow/pr1%3F", "/narrow/pr1%3f/refunds", "/narrow/pr1%23", "/narrow/pr1%253F/refunds", "/narrow/pr1%2523/refunds",
            "/n%61rrow/pr1", "/narrow/pr1/refund%73", "/narro%77/pr1%2Frefunds",
            "/files/secret%2Fa", "/files/secret%252Fa", "/files/secret%255Ca", "/files/secre%74/a", "/files/%73ecret/a",
            "/op%65n/v1/a",
        }.Select(target => (Get(target), 400, "bad_request", "target")),
    ];
}
