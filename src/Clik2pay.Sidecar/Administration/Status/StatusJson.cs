using System.Text.Json;
using System.Text.Json.Serialization;

namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>Writes the status as JSON.</summary>
[JsonSerializable(typeof(StatusDocument), TypeInfoPropertyName = "Document")]
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
internal sealed partial class StatusJson : JsonSerializerContext
{
    public const string ContentType = "application/json";

    public static byte[] Write(SidecarStatus status) =>
        JsonSerializer.SerializeToUtf8Bytes(StatusDocument.Create(status), Default.Document);
}
