using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The sidecar that runs beside this process, as its administration listener shows it. Found by the same setting as it finds itself.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient http;
    private readonly ListenAddress admin;

    private AdminClient(ListenAddress admin)
    {
        this.admin = admin;
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

        http = new(handler) { BaseAddress = AddressOf(admin), MaxResponseContentBufferSize = 16 * 1024 };
    }

    /// <returns>Null when the setting is no address; that has been told.</returns>
    public static async Task<AdminClient?> FindAsync(IReadOnlyList<string> commandLine)
    {
        var settings = new SettingsReader(SidecarConfiguration.Load(commandLine));
        var found = SidecarOptionsReader.ReadAdmin(settings);
        if (settings.Errors.Count == 0)
            return new(found);

        await ErrorOutput.ReportAsync(settings.Errors);
        return null;
    }

    /// <param name="method">How to ask.</param>
    /// <param name="path">What to ask.</param>
    /// <param name="patience">How long the answer may take.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>Whether the answer is a 2xx, and for people what it says or why there is none.</returns>
    public async Task<(bool IsWell, string Says)> AskAsync(HttpMethod method, string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        // Whichever address it is, the sidecar takes this for a name of its own.
        using var request = new HttpRequestMessage(method, path) { Headers = { Host = "localhost" } };
        using var deadline = new CancellationTokenSource(patience, SystemDefaults.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var answer = await http.SendAsync(request, either.Token);
            var body = await answer.Content.ReadAsByteArrayAsync(either.Token);
            return answer.IsSuccessStatusCode ? (true, Printable(body)) : (false, $"The administration listener {admin} answered {(int)answer.StatusCode}: {Printable(body)}");
        }
        catch (HttpRequestException e)
        {
            var what = CallFailure.Explain(e, http.BaseAddress!, patience, wasSent: true);
            return (false, $"The administration listener {admin} {what}; is Sidecar:Admin the same for both?");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"The administration listener {admin} did not answer in time.");
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>What listens there may be anybody: nothing of it moves the cursor of a terminal.</summary>
    private static string Printable(byte[] text) =>
        string.Concat(Encoding.ASCII.GetString(text).TrimEnd().Select(c => char.IsControl(c) ? ' ' : c));

    /// <summary>Who listens on every address is asked over loopback.</summary>
    private static Uri AddressOf(ListenAddress admin) => admin.EndPoint switch
    {
        IPEndPoint { Port: var port } any when any.Address.Equals(IPAddress.Any) || any.Address.Equals(IPAddress.IPv6Any) => new($"http://127.0.0.1:{port}"),
        IPEndPoint endPoint => new($"http://{endPoint}"),
        _ => new("http://localhost"),
    };
}
