using System.Net.Mime;
using System.Text;
using Clik2pay.Sidecar.Requests.Callers.Tokens;
using Clik2pay.Sidecar.Requests.Operations;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.RequestLine;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Callers.Placeholders;

/// <summary>
/// Responds to token requests with a placeholder, so that an app that fetches its own access tokens works without changes and without
/// Clik2pay's credentials. If callers are defined, the username is the name of the caller, and the password is one of its tokens. No
/// response contains a real access token.
/// </summary>
internal sealed class PlaceholderTokenEndpoint(
    RequestDelegate next, CallerRecognition callers, CallerMetrics metrics, FailureResponder failures)
{
    /// <summary>The path of the token endpoint, as at the provider.</summary>
    public const string Path = "/oauth2/token";

    /// <summary>In seconds. The app then asks for the next placeholder, which is the same.</summary>
    private const int Lifetime = 3600;

    private static readonly Problem OtherMethod = Refusals.Create(
        StatusCodes.Status405MethodNotAllowed, ErrorCode.BadRequest, RefusalReason.Method,
        "The token endpoint accepts only POST.", "POST") with
    { OAuthError = "invalid_request" };

    private static readonly Problem InvalidClient = Refusals.Create(
        StatusCodes.Status401Unauthorized, ErrorCode.CallerRefused, RefusalReason.CallerToken,
        "The caller is not recognized. Send HTTP Basic authentication with the name of the caller in the section Callers as the username, "
        + "and with one of its tokens as the password.") with
    { OAuthError = "invalid_client", Challenge = "Basic realm=\"clik2pay-sidecar\"" };

    public Task InvokeAsync(HttpContext context)
    {
        var target = Exchange.Of(context).Target;
        return RequestTarget.GetPath(target).SequenceEqual(Path) ? RespondAsync(context) : next(context);
    }

    private async Task RespondAsync(HttpContext context)
    {
        var problem = context.Request.Method == HttpMethods.Post
            ? await TokenRequest.FindErrorAsync(context.Request, context.RequestAborted)
            : OtherMethod;
        if (problem is not null)
        {
            await failures.RespondAsync(context, problem);
            return;
        }

        var placeholder = Issue(context);
        if (placeholder is null)
        {
            metrics.RequestRefused(caller: null, Operation.Other);
            await failures.RespondAsync(context, InvalidClient);
            return;
        }

        // The placeholder consists of characters that JSON does not escape.
        var body = Encoding.ASCII.GetBytes(
            $$"""{"access_token":"{{placeholder}}","expires_in":{{Lifetime}},"token_type":"Bearer"}""");
        Exchange.Of(context).RecordPlaceholder();
        var response = context.Response;
        response.ContentType = MediaTypeNames.Application.Json;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(body, CancellationToken.None);
    }

    /// <returns>Null if the caller is not recognized.</returns>
    private string? Issue(HttpContext context)
    {
        if (!callers.AreDefined)
            return Placeholder.Prefix;

        if (BasicCredentials.TryParse(context.Request.Headers.Authorization) is not { } sent)
            return null;

        foreach (var password in sent.Passwords)
        {
            if (callers.FindByToken(password, context) is { } caller
                && caller.Name.Equals(sent.Username, StringComparison.OrdinalIgnoreCase))
            {
                Exchange.Of(context).Caller = caller.Name;
                return Placeholder.Derive(password);
            }
        }

        return null;
    }
}
