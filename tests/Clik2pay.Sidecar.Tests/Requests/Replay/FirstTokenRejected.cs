using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Requests.Replay;

/// <summary>A provider that responds with 401 to the first access token, and with 200 to others.</summary>
internal static class FirstTokenRejected
{
    public const string FirstToken = "Bearer access_token_1";

    public static Task RespondAsync(HttpContext context)
    {
        context.Response.StatusCode = context.Request.Headers.Authorization == FirstToken ? 401 : 200;
        return context.Response.WriteAsync("theirs");
    }

    public static string Respond(WireMessage request) => request["Authorization"] is [FirstToken]
        ? "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"
        : WireUpstream.Ok;
}
