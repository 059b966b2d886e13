using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>Sends each request through the handler of its profile. A handler is created at the first request of the profile.</summary>
/// <param name="count">The number of profiles.</param>
/// <param name="create">Creates the handler of a profile.</param>
internal sealed class ProfileHandler(int count, Func<Profile, HttpMessageHandler> create) : HttpMessageHandler
{
    private readonly HttpMessageInvoker?[] handlers = new HttpMessageInvoker?[count];
    private readonly Lock creating = new();

    /// <exception cref="InvalidOperationException">The request has no profile, so nothing is sent (fail closed).</exception>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not UpstreamAddress { Exchange.Profile: var profile })
            throw new InvalidOperationException("The request has no exchange.");

        return (Volatile.Read(ref handlers[profile.Index]) ?? Create(profile)).SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (creating)
                Array.ForEach(handlers, handler => handler?.Dispose());
        }

        base.Dispose(disposing);
    }

    private HttpMessageInvoker Create(Profile profile)
    {
        lock (creating)
            return handlers[profile.Index] ??= new(create(profile));
    }
}
