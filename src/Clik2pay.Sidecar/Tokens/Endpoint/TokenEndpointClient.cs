using System.Net;
using System.Text;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>Calls the provider's token endpoint over HTTP: Basic credentials, a form body, a response of limited size.</summary>
internal sealed class TokenEndpointClient(HttpClient http, Clik2payOptions options, TimeProvider time) : ITokenEndpoint
{
    /// <summary>The limit for the whole call, from the connection to the last byte of the response.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>In bytes, after decompression. A token response usually has about 1.2 kB.</summary>
    public const int MaxResponseLength = 64 * 1024;

    private static readonly HttpRequestOptionsKey<bool> SentKey = new("Sent");

    /// <summary>Creates the HTTP client for token calls.</summary>
    public static HttpClient CreateHttpClient(Uri tokenEndpoint, ProviderConnections connections, TimeProvider time)
    {
        // Some gateways compress every response, even if the request does not ask for compression.
        var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate };
        connections.Configure(handler, tokenEndpoint, ProviderConnections.TokenEndpointConnectTimeout);

        // The HTTP client calls this selector right before it writes a header to a connection, so the selector records that it sends.
        handler.RequestHeaderEncodingSelector = (_, request) =>
        {
            request.Options.Set(SentKey, value: true);
            return null;
        };
        return new HttpClient(new ClientSpan(new MeasuredCalls(handler, connections.TokenCalls, time)))
        {
            // This class has its own deadline, which uses the injected clock.
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxResponseLength,
        };
    }

    public async Task<TokenEndpointResult> RequestTokenAsync(CredentialSet credentials, CancellationToken cancellationToken)
    {
        using var request = CreateRequest(credentials);
        using var deadline = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            if (response.StatusCode == HttpStatusCode.ProxyAuthenticationRequired
                && CallFailure.ExplainProxyRefusal(options.TokenEndpoint) is { } reason)
            {
                return Unavailable(reason);
            }

            var body = WithoutByteOrderMark(await response.Content.ReadAsByteArrayAsync(either.Token));
            var now = time.GetUtcNow();

            return response.StatusCode == HttpStatusCode.OK
                ? TokenSuccessReader.Read(
                    body, ResponseTimes.GetAge(response), ResponseTimes.GetServerTime(response, now), options.TokenEndpoint)
                : TokenErrorReader.Read(response.StatusCode, body, ResponseTimes.GetRetryAfter(response, now), options);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return Unavailable(CallFailure.IsConnectTimeout(e) || !WasSent(request)
                ? Explain(e, request)
                : $"sent no response within {Timeout.TotalSeconds:0} s");
        }
        catch (InvalidDataException)
        {
            return Invalid("responded with a body that does not match its Content-Encoding header");
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return Invalid($"sent more than {MaxResponseLength / 1024} KiB, which isn't a valid token response");
        }
        catch (HttpRequestException e)
        {
            return Unavailable(Explain(e, request));
        }
    }

    private HttpRequestMessage CreateRequest(CredentialSet credentials)
    {
        var basic = $"{credentials.Username}:{credentials.Password}";
        var form = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials") };

        // An empty scope is not sent, so that the server can apply its default.
        if (options.Scope.Length > 0)
            form.Add(new("scope", options.Scope));

        return new(HttpMethod.Post, options.TokenEndpoint)
        {
            // Some firewalls block requests without User-Agent, for instance with AWS's managed rules.
            Headers =
            {
                Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic))),
                UserAgent = { new(BuildInfo.Product, BuildInfo.Version) },
                Accept = { new("application/json") },
            },
            Content = new FormUrlEncodedContent(form),
        };
    }

    /// <summary>RFC 8259, section 8.1, forbids a byte order mark, and permits a parser to ignore it.</summary>
    private static ReadOnlyMemory<byte> WithoutByteOrderMark(byte[] body) =>
        body.AsMemory(body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);

    private static bool WasSent(HttpRequestMessage request) => request.Options.TryGetValue(SentKey, out _);

    private string Explain(Exception e, HttpRequestMessage request) =>
        CallFailure.Explain(e, options.TokenEndpoint, ProviderConnections.TokenEndpointConnectTimeout, WasSent(request));

    private TokenFailure Unavailable(string what) =>
        new(FailureKind.Unavailable, $"the token endpoint {options.TokenEndpoint} {what}");

    private TokenFailure Invalid(string what) =>
        new(FailureKind.InvalidResponse, $"the token endpoint {options.TokenEndpoint} {what}");
}
