using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>
/// A provider that accepts a token only with the API key of the same credential set. The API key of <c>password-1</c> is <c>key-1</c>.
/// </summary>
internal sealed class StrictProvider
{
    private readonly ConcurrentDictionary<string, string> passwordOf = new(StringComparer.Ordinal);
    private int issued;

    /// <summary>The password that the token endpoint refuses.</summary>
    public string Refused { get; set; } = "";

    public Task IssueTokenAsync(HttpContext context)
    {
        var basic = Convert.FromBase64String($"{context.Request.Headers.Authorization}"["Basic ".Length..]);
        var password = Encoding.UTF8.GetString(basic).Split(':')[1];
        if (password == Refused)
            return FakeTokenEndpoint.Respond(400, """{"error":"invalid_client"}""")(context);

        var token = string.Create(CultureInfo.InvariantCulture, $"access_token_{Interlocked.Increment(ref issued)}");
        passwordOf[token] = password;
        return FakeTokenEndpoint.Respond(200, $$"""{"access_token":"{{token}}","expires_in":3600,"token_type":"Bearer"}""")(context);
    }

    public Task RespondAsync(HttpContext context)
    {
        var password = passwordOf[$"{context.Request.Headers.Authorization}"["Bearer ".Length..]];
        if (context.Request.Headers["x-api-key"] != password.Replace("password", "key", StringComparison.Ordinal))
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
