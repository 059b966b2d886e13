using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Requests.Canary;

/// <summary>Failures of a token endpoint. Most of its responses contain the credentials that it received, or a token.</summary>
internal static class CanaryTokenEndpoint
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<RequestDelegate> Faults(RandomSecrets secrets)
    {
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{secrets.Username}:{secrets.Password}"));
        var all = $"{secrets.Username} {secrets.Password} {basic} {secrets.Token(90)}";
        var userInfo = $"{Uri.EscapeDataString(secrets.Username)}:{Uri.EscapeDataString(secrets.Password)}";
        return
        [
            .. OAuthErrors(secrets, all, basic, JsonSerializerOptions.Default),
            .. OAuthErrors(secrets, all, basic, Relaxed),
            FakeTokenEndpoint.Respond(401, all),
            FakeTokenEndpoint.Respond(500, $"<html><body>{WebUtility.HtmlEncode(all)}</body></html>", ("Content-Type", "text/html")),
            FakeTokenEndpoint.Respond(302, all, ("Location", $"https://{userInfo}@e.example/?a={basic}")),
            FakeTokenEndpoint.Respond(418, all, ("X-Echo", basic)),
            FakeTokenEndpoint.Respond(200, ""),
            FakeTokenEndpoint.Respond(200, $"{{\"access_token\":t{secrets.Token(91)}"),
            FakeTokenEndpoint.Respond(200, JsonSerializer.Serialize(secrets.Token(92))),
            FakeTokenEndpoint.Respond(200, JsonSerializer.Serialize(new { access_token = secrets.Password, token_type = "Bearer" })),
            FakeTokenEndpoint.Respond(200, JsonSerializer.Serialize(
                new { access_token = secrets.Token(93), token_type = secrets.Password })),
            FakeTokenEndpoint.Respond(200, JsonSerializer.Serialize(
                new { access_token = secrets.Token(94), token_type = "Bearer", expires_in = secrets.Password })),
            FakeTokenEndpoint.Respond(200, all + new string('a', TokenEndpointClient.MaxResponseLength)),
            async context =>
            {
                context.Response.ContentLength = 1000;
                await context.Response.WriteAsync(all);
                context.Abort();
            },
            context =>
            {
                context.Abort();
                return Task.CompletedTask;
            },
        ];
    }

    private static IEnumerable<RequestDelegate> OAuthErrors(RandomSecrets secrets, string all, string basic, JsonSerializerOptions options)
    {
        (int Status, string Error)[] errors =
        [
            (400, "invalid_client"), (401, "invalid_client"), (403, "access_denied"), (400, "invalid_grant"), (400, secrets.Password),
            (429, "slow_down"), (500, secrets.Password),
        ];
        return errors.Select(row => FakeTokenEndpoint.Respond(
            row.Status,
            JsonSerializer.Serialize(new { error = row.Error, error_description = all, __type = secrets.Password }, options),
            ("Retry-After", "2"),
            ("WWW-Authenticate", $"Basic {basic}")));
    }
}
