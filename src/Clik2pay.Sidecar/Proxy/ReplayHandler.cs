using System.Net;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Sends a request once more after a 401, with the successor of the token that was refused. Never after anything else: of a request that was
/// answered 401 it is certain that nothing was done, of no other is it.
/// </summary>
internal sealed class ReplayHandler(HttpMessageHandler inner, AccessTokenSource tokens, SidecarMetrics metrics) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // 1. A body that was kept takes the place of one that can be read only once.
        var canReplay = request.Content is null or { Headers.ContentLength: 0 };
        if (request.Content is { } content && request.Options.TryGetValue(KeptBody.Key, out var kept))
        {
            kept.TakePlaceOf(content);
            request.Content = kept;
            canReplay = true;
        }

        // 2. Any answer but a 401, and any failure, is the caller's.
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            return response;

        // 3. The token that was really sent is dropped, unless that has happened already or was done too often.
        var refused = request.Headers.NonValidated[CredentialHeaders.Authorization].ToString();
        if (!canReplay)
        {
            tokens.Reject(refused);
            return PassOn(response);
        }

        // 4. Without another token the provider's own 401 is the best answer that there is.
        if (await FindSuccessorAsync(refused, response, cancellationToken) is not { } successor)
            return PassOn(response);

        // 5. The one replay. Whatever comes of it is the caller's; of a 401 the token's end is told.
        response.Dispose();
        metrics.UpstreamUnauthorized(UnauthorizedAction.Retried);
        CredentialHeaders.Inject(request.Headers, successor);
        response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            tokens.Reject(successor.Authorization);
            PassOn(response);
        }

        return response;
    }

    private async Task<AccessToken?> FindSuccessorAsync(string refused, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await tokens.ReplaceAsync(refused, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The caller has gone, or the time for the request is up. The answer can no longer be copied: its connection is given up.
            response.Dispose();
            throw;
        }
    }

    private HttpResponseMessage PassOn(HttpResponseMessage response)
    {
        metrics.UpstreamUnauthorized(UnauthorizedAction.PassedOn);
        return response;
    }
}
