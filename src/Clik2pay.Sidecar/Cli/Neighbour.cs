using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Http;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The sidecar that runs beside this process, as its administration listener shows it. Found by the same setting as it finds itself.</summary>
internal sealed class Neighbour : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient http;

    private Neighbour(ListenAddress admin)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (admin.EndPoint is UnixDomainSocketEndPoint)
        {
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(admin.EndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            };
        }

        http = new(handler) { BaseAddress = AddressOf(admin), Timeout = Timeout, MaxResponseContentBufferSize = 16 * 1024 };
    }

    /// <returns>Null when the setting is no address; that has been told.</returns>
    public static async Task<Neighbour?> FindAsync(IReadOnlyList<string> commandLine)
    {
        var settings = new SettingsReader(SidecarConfiguration.Load(commandLine));
        var admin = SidecarOptionsReader.ReadAdmin(settings);
        if (settings.Mistakes.Count == 0)
            return new(admin);

        await Mistakes.TellAsync(settings.Mistakes);
        return null;
    }

    /// <returns>Whether the answer is a 2xx, and for people what it says or why there is none.</returns>
    public async Task<(bool IsWell, string Says)> AskAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        try
        {
            using var answer = await http.SendAsync(request, cancellationToken);
            return (answer.IsSuccessStatusCode, (await answer.Content.ReadAsStringAsync(cancellationToken)).TrimEnd());
        }
        catch (HttpRequestException e)
        {
            return (false, $"The administration listener {http.BaseAddress} {ProviderConnection.Explain(e, http.BaseAddress!)}; is Sidecar:Admin the same for both?");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"The administration listener {http.BaseAddress} did not answer within {Timeout.TotalSeconds:0} s.");
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>Who listens on every address is asked over loopback.</summary>
    private static Uri AddressOf(ListenAddress admin) => admin.EndPoint switch
    {
        IPEndPoint { Port: var port } any when any.Address.Equals(IPAddress.Any) || any.Address.Equals(IPAddress.IPv6Any) => new($"http://127.0.0.1:{port}"),
        IPEndPoint endPoint => new($"http://{endPoint}"),
        _ => new("http://localhost"),
    };
}
