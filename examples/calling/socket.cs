// Creates a payment request through a sidecar that listens on a Unix socket and requires a caller token. Prints the response.
using System.Net.Sockets;
using System.Text;

using var sidecar = new HttpClient(new SocketsHttpHandler
{
    UseProxy = false,
    AllowAutoRedirect = false,
    ConnectCallback = async (_, cancellation) =>
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint("/tmp/clik2pay/sidecar.sock"), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    },
});
sidecar.DefaultRequestHeaders.Add("Clik2pay-Sidecar-Token", File.ReadAllText("/tmp/clik2pay/caller-token").Trim());
var body = """{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}""";
var content = new StringContent(body, Encoding.UTF8, "application/json");
var response = await sidecar.PostAsync("http://localhost/open/v1/payment-requests", content);
Console.WriteLine(await response.Content.ReadAsStringAsync());
