using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace LusEdge.Tests.House;

/// <summary>
/// Collects the types that signatures and attributes name. For each it returns the full name, which only attributes need.
/// </summary>
internal sealed class TypeCollector(MetadataReader metadata, string assembly)
    : ISignatureTypeProvider<string, object?>, ICustomAttributeTypeProvider<string>
{
    private readonly HashSet<TypeName> _found = [];

    /// <summary>The types collected since the last call.</summary>
    public IReadOnlyList<TypeName> Take()
    {
        TypeName[] found = [.. _found];
        _found.Clear();
        return found;
    }

    /// <summary>The outermost type around a definition, or the type itself.</summary>
    public TypeName Outermost(TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil) type = metadata.GetTypeDefinition(type.GetDeclaringType());
        return new(assembly, metadata.GetString(type.Namespace), metadata.GetString(type.Name));
    }

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        Add(Outermost(handle));

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        TypeReference type = reader.GetTypeReference(handle);
        while (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            type = reader.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        }

        string from = type.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name)
            : assembly;
        return Add(new(from, reader.GetString(type.Namespace), reader.GetString(type.Name)));
    }

    public string GetTypeFromSpecification(
        MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, context);

    /// <summary>An attribute's <c>typeof</c>: "Namespace.Outer+Inner, Assembly, …", or no assembly for this one.</summary>
    public string GetTypeFromSerializedName(string name)
    {
        string[] parts = name.Split(',', StringSplitOptions.TrimEntries);
        string type = parts[0].Split('+')[0];
        int dot = type.LastIndexOf('.');
        return Add(new(parts.Length > 1 ? parts[1] : assembly, dot < 0 ? "" : type[..dot], type[(dot + 1)..]));
    }

    public string GetFunctionPointerType(MethodSignature<string> signature) => "";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => genericType;

    public string GetGenericMethodParameter(object? genericContext, int index) => "";

    public string GetGenericTypeParameter(object? genericContext, int index) => "";

    public string GetArrayType(string elementType, ArrayShape shape) => elementType;

    public string GetSZArrayType(string elementType) => elementType;

    public string GetByReferenceType(string elementType) => elementType;

    public string GetPointerType(string elementType) => elementType;

    public string GetPinnedType(string elementType) => elementType;

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "";

    public string GetSystemType() => "System.Type";

    public bool IsSystemType(string type) => type == GetSystemType();

    // Every enum in an attribute here is an int; another would make the attribute's blob unreadable, and the test fail.
    public PrimitiveTypeCode GetUnderlyingEnumType(string type) => PrimitiveTypeCode.Int32;

    private string Add(TypeName type)
    {
        _found.Add(type);
        return $"{type.Namespace}.{type.Name}";
    }
}
