using System.Buffers.Binary;
using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Clocks;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.IntegrationTests.Versions;

/// <summary>
/// During a rolling update, old and new programs share one Redis. The values in this class were written by the program of commit 516c699
/// with the tests' credentials, when Redis's clock was at <see cref="RecordedAt"/>.
/// </summary>
public sealed class RecordedValueTests : IAsyncLifetime
{
    private const string TokenName = "clik2pay:{Sandbox:bc39252a09cdcf31b4bac6ce5b6f1358}:token";
    private const string NoteName = "clik2pay:{Sandbox:bc39252a09cdcf31b4bac6ce5b6f1358}:failure";

    /// <summary>The time of the recording. The expiry inside the value is one hour later, or up to two seconds more.</summary>
    private static readonly DateTimeOffset RecordedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The token <c>recorded-token</c> with a lifetime of one hour.</summary>
    private static readonly byte[] Token = Convert.FromHexString(
        "01d5929f2c13d65584e753b0adef91204fbc03809b04bc1f37a5c5f84433419d544d965dfac3c3d98a400ea1d836db6f64ac7eeb2f14b9aa6cc7e0");

    private SteppedClocks clocks = null!;
    private RedisServer server = null!;
    private RedisRig rig = null!;

    public async ValueTask InitializeAsync()
    {
        clocks = await SteppedClocks.CreateAsync();

        // The recorded token is ten minutes old.
        clocks.StepWall(RecordedAt + TimeSpan.FromMinutes(10) - SystemDefaults.Time.GetUtcNow());
        server = await RedisProcess.StartAsync(access: null, [], environment: clocks.Variables);
        rig = new($"{server.Endpoint}");
    }

    public async ValueTask DisposeAsync()
    {
        rig?.Dispose();
        if (server is not null)
            await server.DisposeAsync();
        clocks?.Dispose();
    }

    [Fact]
    public async Task A_token_written_by_the_old_program_is_read()
    {
        Assert.Equal(TokenName, rig.TokenName);
        await server.RunAsync("SET", TokenName, Token, "PX", 50 * 60 * 1000);

        var read = (await rig.ReadAsync()).Token!;

        Assert.Equal("recorded-token", read.Value);
        Assert.Equal(TimeSpan.FromHours(1), read.Lifetime);
        var remaining = read.ExpiresAt - SystemDefaults.Time.GetMonotonicNow();
        Assert.InRange(remaining, TimeSpan.FromMinutes(49), TimeSpan.FromMinutes(50));
    }

    [Fact]
    public async Task A_token_written_by_this_program_has_the_layout_of_the_old_program()
    {
        await rig.WriteAsync(RedisRig.Token("written-token", left: 1800));

        var value = Open((await server.RunAsync("GET", TokenName)).Bytes!, TokenName);
        var clock = (await server.RunAsync("TIME")).Items!;
        var remaining = (await server.RunAsync("PTTL", TokenName)).Integer!.Value;

        Assert.Equal(3_600_000, BinaryPrimitives.ReadInt64BigEndian(value));
        var expiresAt = BinaryPrimitives.ReadInt64BigEndian(value.AsSpan(8));
        Assert.InRange(expiresAt - (long.Parse(clock[0].Text!, CultureInfo.InvariantCulture) * 1000) - remaining, -1000, 1000);
        Assert.Equal("written-token"u8, value.AsSpan(16));
    }

    [Theory]
    [InlineData("Refused",
        "01de2b325a50d06f3104775da7e502a075bdcb1407e63c3ea08d9fba2b88043ea50e0ff193265201f1f4fb9f367c306fafbae60d44")]
    [InlineData("Throttled",
        "0189f46d0c3f496741828987570900467280d4a9b3f099679d97d7593e1d073c057e1628a434ef8e6d0fc564441ce0e12070a50e52")]
    [InlineData("Unavailable",
        "016c8e98d9e489749394e638789211cb4d51a82d12f812312b78ac695f3c5232c7026499a219b5519cca9f18c05fd829bdd5a7796f")]
    [InlineData("InvalidResponse",
        "0105bf630e1ef55657d4c2b336add20f3857e1e44fedec453d415007b9be4635bfb2e39bace214794853360004c2600218765feafc")]
    public async Task A_failure_note_written_by_the_old_program_is_read_and_this_program_writes_the_same_note(string kind, string recorded)
    {
        Assert.Equal(NoteName, rig.NoteName);
        var note = Convert.FromHexString(recorded);
        await server.RunAsync("SET", NoteName, note, "PX", 30_000);

        await using var heldOff = await rig.AcquireAsync();

        Assert.Equal(LeaseOutcome.HeldOff, heldOff.Outcome);
        Assert.Equal((Enum.Parse<FailureKind>(kind), "recorded reason"), (heldOff.Failure!.Kind, heldOff.Failure.Reason));
        Assert.InRange(heldOff.Failure.Pause!.Value, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));

        // This program writes a note for the same failure.
        await server.RunAsync("DEL", NoteName);
        await using var acquired = await rig.AcquireAsync();
        await acquired.ReleaseAsync(new(Enum.Parse<FailureKind>(kind), "recorded reason", TimeSpan.FromSeconds(30)));
        var written = Open((await server.RunAsync("GET", NoteName)).Bytes!, NoteName);
        Assert.Equal(Open(note, NoteName), written);
    }

    /// <summary>
    /// Opens a sealed value: version (1 byte), nonce (12 bytes), tag (16 bytes) and ciphertext. The key name is the associated data.
    /// </summary>
    private byte[] Open(byte[] sealedValue, string name)
    {
        var value = SealedValue.TryOpen(sealedValue, rig.Key.SealingKey, name);
        Assert.NotNull(value);
        Assert.Equal((1, 1 + 12 + 16 + value.Length), (sealedValue[0], sealedValue.Length));
        return value;
    }
}
