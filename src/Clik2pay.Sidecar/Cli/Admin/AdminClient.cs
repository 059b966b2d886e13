using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Cli.Admin;

/// <summary>Calls the administration listener of a running sidecar, whose address is the setting Sidecar:Admin.</summary>
internal sealed class AdminClient : IDisposable
{
    /// <summary>In bytes. The response to a command has a line of some hundred bytes for each profile.</summary>
    private const int MaxResponseLength = 256 * 1024;

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

        http = new(handler) { BaseAddress = AddressOf(admin), MaxResponseContentBufferSize = MaxResponseLength };
    }

    /// <returns>Null if the setting isn't valid. In that case, the error has been written to standard error.</returns>
    public static async Task<AdminClient?> CreateAsync(IReadOnlyList<string> commandLine)
    {
        var settings = new SettingsReader(SidecarConfiguration.Load(commandLine));
        var address = settings.Read<AdministrationOptions, ListenAddress>(nameof(AdministrationOptions.Address))!;
        if (settings.Errors.Count == 0)
            return new(address);

        await ErrorOutput.ReportAsync(settings.Errors);
        return null;
    }

    /// <param name="method">The method of the request.</param>
    /// <param name="path">The path of the request.</param>
    /// <param name="timeout">How long to wait for the response.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>Whether the status of the response is 2xx, and the response's text or the error.</returns>
    public async Task<(bool IsSuccess, string Text)> SendAsync(
        HttpMethod method, string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // The sidecar accepts this Host header on every address.
        using var request = new HttpRequestMessage(method, path) { Headers = { Host = "localhost" } };
        using var deadline = new CancellationTokenSource(timeout, SystemDefaults.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            var text = Printable(await response.Content.ReadAsByteArrayAsync(either.Token));
            return response.IsSuccessStatusCode
                ? (true, text)
                : (false, $"The administration listener {admin} responded with {(int)response.StatusCode}: {text}");
        }
        catch (HttpRequestException e)
        {
            var error = CallFailure.Explain(e, http.BaseAddress!, timeout, wasSent: true);
            return (false, $"The administration listener {admin} {error}. Check that the sidecar runs with the same Sidecar:Admin.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"The administration listener {admin} did not respond in time.");
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>
    /// Replaces control characters other than newlines, which could control the terminal. Another program may listen at the address.
    /// </summary>
    private static string Printable(byte[] text) =>
        string.Concat(Encoding.ASCII.GetString(text).TrimEnd().Select(c => char.IsControl(c) && c != '\n' ? ' ' : c));

    /// <summary>Selects loopback if the sidecar listens on every address.</summary>
    private static Uri AddressOf(ListenAddress admin) => admin.EndPoint switch
    {
        IPEndPoint { Address: var ip, Port: var port } when ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) =>
            new($"http://127.0.0.1:{port}"),
        IPEndPoint endPoint => new($"http://{endPoint}"),
        _ => new("http://localhost"),
    };
}
