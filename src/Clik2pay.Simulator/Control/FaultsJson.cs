using System.Text.Json.Serialization;

namespace Clik2pay.Simulator.Control;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FaultSettings))]
internal sealed partial class FaultsJson : JsonSerializerContext;
