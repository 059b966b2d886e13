using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Requests.Callers;

/// <summary>
/// A sidecar with several profiles and callers, whose upstream records bytes. The API key and the token name the profile.
/// </summary>
internal sealed class ProfilesRig : IAsyncDisposable
{
    private static readonly string[] Names = ["default", "shop", "other"];

    private readonly TemporaryFolder folder;

    private ProfilesRig(TemporaryFolder folder, WireUpstream upstream, TestSidecar sidecar) =>
        (this.folder, Upstream, Sidecar) = (folder, upstream, sidecar);

    public WireUpstream Upstream { get; }

    public TestSidecar Sidecar { get; }

    /// <param name="callers">The name, the profiles and the operations of each caller. Each caller has one token.</param>
    /// <param name="settings">Further settings.</param>
    public static async Task<ProfilesRig> StartAsync(
        IEnumerable<(string Name, string Profiles, string Operations)> callers, params (string Key, string? Value)[] settings)
    {
        var files = new TemporaryFolder();
        var upstream = new WireUpstream { Respond = Respond };
        var endpoint = await FakeTokenEndpoint.StartAsync();
        endpoint.Fault = RespondWithTokenAsync;
        (string, string?)[] all =
        [
            .. Names.SelectMany(name => Profile(name, upstream, endpoint)),
            .. callers.SelectMany(caller => Caller(caller.Name, caller.Profiles, caller.Operations, files)),
            ("Sidecar:Listeners:shop:Address", "http://127.0.0.1:0"),
            ("Sidecar:Listeners:shop:Profile", "shop"),
            .. settings,
        ];
        var unused = await RecordingUpstream.StartAsync();
        return new(files, upstream, await TestSidecar.StartAsync(unused, endpoint, all, ownsServers: true));
    }

    public static string TokenOf(string caller) => $"canary-token-of-the-caller-{caller}";

    public static string KeyOf(string profile) => $"api-key-of-{profile}";

    public static string BearerOf(string profile) => $"Bearer token-of-{profile}";

    public async ValueTask DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        await Upstream.DisposeAsync();
        folder.Dispose();
    }

    private static (string, string?)[] Profile(string name, WireUpstream upstream, FakeTokenEndpoint endpoint)
    {
        var section = name == "default" ? "Clik2pay" : $"Profiles:{name}";
        return
        [
            ($"{section}:Environment", "Custom"),
            ($"{section}:ApiBaseUrl", upstream.Address),
            ($"{section}:TokenEndpoint", endpoint.Address.AbsoluteUri),
            ($"{section}:Username", name),
            ($"{section}:Password", $"password-of-{name}"),
            ($"{section}:ApiKey", KeyOf(name)),
        ];
    }

    private static (string, string?)[] Caller(string name, string profiles, string operations, TemporaryFolder files) =>
    [
        ($"Callers:{name}:TokenFiles", files.Write($"token-{name}", TokenOf(name))),
        ($"Callers:{name}:Profiles", profiles),
        ($"Callers:{name}:Operations", operations),
    ];

    private static string Respond(WireMessage request) =>
        request.StartLine.StartsWith("HEAD ", StringComparison.Ordinal) ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" : WireUpstream.Ok;

    private static Task RespondWithTokenAsync(HttpContext context)
    {
        var basic = Convert.FromBase64String(context.Request.Headers.Authorization.Single()!.Split(' ')[1]);
        var profile = Encoding.UTF8.GetString(basic).Split(':')[0];
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            $$"""{"access_token":"token-of-{{profile}}","expires_in":3600,"token_type":"Bearer"}""");
    }
}
