using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>A provider that knows for which password it has given which token, and lets no API key of another set go with it: that of password-1 is key-1.</summary>
internal sealed class StrictProvider
{
    private readonly ConcurrentDictionary<string, string> passwordOf = new(StringComparer.Ordinal);
    private int issued;

    /// <summary>The password that it refuses.</summary>
    public string Refused { get; set; } = "";

    public Task GiveTokenAsync(HttpContext context)
    {
        var password = Encoding.UTF8.GetString(Convert.FromBase64String($"{context.Request.Headers.Authorization}"["Basic ".Length..])).Split(':')[1];
        if (password == Refused)
            return FakeTokenEndpoint.Answer(400, """{"error":"invalid_client"}""")(context);

        var token = string.Create(CultureInfo.InvariantCulture, $"access_token_{Interlocked.Increment(ref issued)}");
        passwordOf[token] = password;
        return FakeTokenEndpoint.Answer(200, $$"""{"access_token":"{{token}}","expires_in":3600,"token_type":"Bearer"}""")(context);
    }

    public Task RespondAsync(HttpContext context)
    {
        var password = passwordOf[$"{context.Request.Headers.Authorization}"["Bearer ".Length..]];
        if (context.Request.Headers["x-api-key"] != password.Replace("password", "key", StringComparison.Ordinal))
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
