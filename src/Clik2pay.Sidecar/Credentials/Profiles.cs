using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>All profiles. They are created at startup and do not change.</summary>
internal sealed class Profiles : IDisposable
{
    private readonly List<HttpClient> clients = [];

    public Profiles(
        IReadOnlyList<Clik2payOptions> all,
        IConfiguration settings,
        TcpConnector connector,
        IMeterFactory meters,
        ITokenStore store,
        ITokenLease lease,
        TimeProvider time,
        Random random,
        BlockingThreads threads,
        ILoggerFactory logs)
    {
        All = [.. all.Select(Create)];
        Default = Find(Clik2payOptions.DefaultProfile);

        Profile Create(Clik2payOptions options, int index)
        {
            var connections = new ProviderConnections(connector, options, meters);
            var client = TokenEndpointClient.CreateHttpClient(options.TokenEndpoint, connections, time);
            clients.Add(client);
            var endpoint = new TokenEndpointClient(client, options, time);
            var tokens = new TokenLifecycle(
                options,
                TokenKey.For(options),
                new CredentialFiles(settings, options.Profile),
                endpoint,
                store,
                lease,
                new TokenMetrics(meters, options.Profile),
                time,
                random,
                threads,
                all.Count == 1 ? logs : new ProfileLoggers(logs, options.Profile));
            return new(index, options, connections, endpoint, tokens);
        }
    }

    /// <summary>At least one. The profile <c>default</c> comes first, if it exists.</summary>
    public IReadOnlyList<Profile> All { get; }

    /// <summary>The profile of the section <c>Clik2pay</c>. Null if only other profiles are configured.</summary>
    public Profile? Default { get; }

    /// <param name="name">In any case.</param>
    /// <returns>Null if there is no such profile.</returns>
    public Profile? Find(string name)
    {
        foreach (var profile in All)
        {
            if (profile.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return profile;
        }

        return null;
    }

    public void Dispose() => clients.ForEach(client => client.Dispose());
}
