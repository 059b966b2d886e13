using System.IO.Pipelines;
using System.Net.Mime;
using System.Text;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.Replay;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Clik2pay.Sidecar.Requests.Callers.Placeholders;

/// <summary>Validates the body of a token request with the grant client_credentials (RFC 6749, section 4.4.2).</summary>
internal static class TokenRequest
{
    /// <summary>In bytes.</summary>
    public const int MaxLength = 16 * 1024;

    private const string GrantType = "grant_type";

    private static readonly Problem TooLarge = Refusals.Create(
        StatusCodes.Status413PayloadTooLarge, ErrorCode.BadRequest, RefusalReason.BodyTooLarge,
        "The body of the token request is larger than 16 KiB. Send only grant_type and scope.") with
    { OAuthError = "invalid_request" };

    private static readonly Problem NotAForm = Invalid("invalid_request",
        "The token request is not a form. Send Content-Type: application/x-www-form-urlencoded.");

    private static readonly Problem NoGrant = Invalid("invalid_request",
        "The token request must have exactly one parameter grant_type. Send grant_type=client_credentials.");

    private static readonly Problem OtherGrant = Invalid("unsupported_grant_type",
        "The grant_type is not supported. Send grant_type=client_credentials.");

    /// <returns>Null if the body is valid.</returns>
    /// <exception cref="BadHttpRequestException">The body is malformed, too large or too slow.</exception>
    public static async ValueTask<Problem?> FindErrorAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxLength)
            return TooLarge;

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(MediaTypeNames.Application.FormUrlEncoded, StringComparison.OrdinalIgnoreCase))
        {
            return NotAForm;
        }

        return await ReadAsync(request.BodyReader, cancellationToken) is { } form ? FindError(form) : TooLarge;
    }

    /// <returns>The body. Null if it is too large.</returns>
    private static async ValueTask<string?> ReadAsync(PipeReader body, CancellationToken cancellationToken)
    {
        ReadResult read;
        try
        {
            read = await body.ReadAtLeastAsync(MaxLength + 1, cancellationToken);
        }
        catch (Exception e) when (BodyBuffering.IsMalformed(e))
        {
            throw new BadHttpRequestException("The body is malformed.", e);
        }

        var isComplete = read.IsCompleted && read.Buffer.Length <= MaxLength;
        var form = isComplete ? Encoding.UTF8.GetString(read.Buffer) : null;
        body.AdvanceTo(read.Buffer.End);
        return form;
    }

    private static Problem? FindError(string form) =>
        !QueryHelpers.ParseQuery(form).TryGetValue(GrantType, out var grant) || grant.Count != 1 ? NoGrant
        : grant[0] is not "client_credentials" ? OtherGrant
        : null;

    private static Problem Invalid(string error, string detail) =>
        Refusals.BadRequest(RefusalReason.TokenRequest, detail) with { OAuthError = error };
}
