using System.Net;
using System.Text.Json;
using Clik2pay.Sidecar.Tests.Support.Credentials;

namespace Clik2pay.Sidecar.Tests.Requests.Canary;

/// <summary>Requests with secrets of the caller in every part. Each one asks to close the connection after the response.</summary>
internal sealed class CanaryRequests(RandomSecrets secrets)
{
    private string Query => Uri.EscapeDataString(secrets.CallersQuery);

    public string Create(
        string method = "POST",
        string? target = null,
        string host = "localhost",
        string? callerToken = "",
        string more = "",
        string? body = null)
    {
        target ??= $"/open/v1/payment-requests?payer={Query}&again={WebUtility.UrlEncode(secrets.CallersQuery)}";
        body ??= JsonSerializer.Serialize(new { payer = secrets.CallersBody });
        var token = callerToken is null
            ? ""
            : $"Clik2pay-Sidecar-Token: {(callerToken.Length > 0 ? callerToken : secrets.CallerToken)}\r\n";
        var length = body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "";
        return $"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            + $"Authorization: Bearer {secrets.CallersAuthorization}\r\nx-api-key: {secrets.CallersApiKey}\r\n"
            + $"Cookie: session={secrets.CallersCookie}\r\n"
            + "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
            + $"baggage: user={Uri.EscapeDataString(secrets.CallersBaggage)}\r\nCorrelation-Context: user={secrets.CallersBaggage}\r\n"
            + $"{token}{more}{length}\r\n{body}";
    }

    /// <summary>A request with a chunked body and a trailer.</summary>
    public string CreateChunked() => Create(body: "", more: "Transfer-Encoding: chunked\r\n")
        + $"{secrets.CallersBody.Length:x}\r\n{secrets.CallersBody}\r\n0\r\nX-Trailer: {secrets.CallersCookie}\r\n\r\n";

    /// <summary>A request that matches no route.</summary>
    public string CreateWithoutRoute() => Create(target: $"/elsewhere?payer={Query}");

    /// <summary>Requests that the guard refuses, and requests that the server cannot read.</summary>
    public IEnumerable<string> CreateRefused() => CreateGuarded().Concat(CreateUnreadable());

    private IEnumerable<string> CreateGuarded() =>
    [
        Create(host: "attacker.example"),
        Create(more: "Origin: https://attacker.example\r\n"),
        Create(more: "Sec-Fetch-Site: cross-site\r\n"),
        Create("TRACE", body: ""),
        Create("OPTIONS", body: ""),
        Create(target: $"/open/v1/../a?b={Query}"),
        Create(target: $"http://localhost/open/v1/a?b={Query}"),
        Create(target: $"/open/v1/a?b#{Query}"),
        Create(more: "Upgrade: websocket\r\n"),
        Create(more: "Transfer-Encoding: chunked\r\n"),
        Create(more: "Transfer-Encoding: gzip, chunked\r\n", body: "") + "0\r\n\r\n",
        Create(more: $"Transfer_Encoding: {secrets.CallersCookie}\r\n"),
        Create(more: $"X-A: \u0001{secrets.CallersCookie}\r\n"),
        Create(more: $"X[A]: {secrets.CallersCookie}\r\n"),
        Create(callerToken: null),
        Create(callerToken: secrets.Password),
        Create(callerToken: $"{secrets.CallerToken}x"),
        Create(more: $"Clik2pay-Sidecar-Token: {secrets.CallerToken}\r\n"),
    ];

    private IEnumerable<string> CreateUnreadable() =>
    [
        Create(more: $"Authorization {secrets.CallersAuthorization}\r\n"),
        Create(more: $"{secrets.CallersApiKey}\r\n"),
        Create(more: $"X-A: a\r\n {secrets.CallersCookie}\r\n"),
        Create(more: $"X-A: {secrets.CallersCookie}\0\r\n"),
        Create(more: $"X-A: {secrets.CallersCookie}{new string('a', 40_000)}\r\n"),
        Create(more: $"Content-Length: {secrets.CallersCookie}\r\n"),
        Create(more: $"Host: {secrets.CallersCookie}\r\n"),
        Create(host: secrets.CallersCookie),
        Create(target: $"/open/v1/a?b={secrets.CallersQuery}"),
        Create(target: $"/open/v1/a?{Query}{new string('a', 9000)}"),
        Create(target: $"a?b={Query}"),
        Create(target: $"/open/v1/%00?b={Query}"),
        Create().Replace("HTTP/1.1", "HTTP/2.0", StringComparison.Ordinal),
        Create().Replace("HTTP/1.1", secrets.CallersCookie, StringComparison.Ordinal),
        Create().Replace("\r\n", "\n", StringComparison.Ordinal),
        $"{secrets.CallersAuthorization}\r\n\r\n",
        $"\u0016\u0003\u0001{secrets.CallersAuthorization}\r\n\r\n",
        Create(body: secrets.CallersBody + new string('a', 6000)),
        Create(body: "", more: "Transfer-Encoding: chunked\r\n")
            + $"1800\r\n{secrets.CallersBody}{new string('a', 0x1800)}\r\n0\r\n\r\n",
        Create(body: "", more: "Transfer-Encoding: chunked\r\n") + $"{secrets.CallersBody}\r\n0\r\n\r\n",
    ];
}
