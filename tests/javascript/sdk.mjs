// All operations, paginators, waiters and errors of AWS's SDK for JavaScript, against the emulator.
//
//   node sdk.mjs NODE_MODULES EMULATOR'S_URL
//
// The variables of the emulator's environment() lead the SDK to it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";

const [modules, url] = process.argv.slice(2);
const sdk = createRequire(join(modules, "none.js"))("@aws-sdk/client-ecr");

const ACCOUNT = "123456789012";
const IMAGE = "application/vnd.oci.image";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/pull`;
const PROFILE = `arn:aws:signer:us-east-1:${ACCOUNT}:/signing-profiles/one`;
const ALLOW = { Sid: "pull", Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } };
const EXPIRE = {
  rulePriority: 1,
  selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 1 },
  action: { type: "expire" },
};

const client = new sdk.ECRClient({});
after(() => client.destroy());

const called = new Set();

function call(name, input = {}) {
  called.add(name);
  return client.send(new sdk[`${name}Command`](input));
}

async function collect(name, input, pageSize, key) {
  called.add(name);
  const items = [];
  const pages = sdk[`paginate${name}`]({ client, pageSize }, input);
  for await (const page of pages) {
    items.push(...(page[key] ?? []));
  }
  return items;
}

async function control(method, path, body = {}) {
  const response = await fetch(`${url}/.ecr-emulator${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

const wait = (seconds) => control("POST", "/clock/advance", { seconds });
const digestOf = (content) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const policyOf = (...actions) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ ...ALLOW, Action: actions }] });
const sorted = (items) => [...items].sort();

async function upload(repositoryName, content) {
  const { uploadId, partSize } = await call("InitiateLayerUpload", { repositoryName });
  assert.ok(partSize >= content.length);
  await call("UploadLayerPart", {
    repositoryName,
    uploadId,
    partFirstByte: 0,
    partLastByte: content.length - 1,
    layerPartBlob: Buffer.from(content),
  });
  const layerDigests = [digestOf(content)];
  const done = await call("CompleteLayerUpload", { repositoryName, uploadId, layerDigests });
  assert.equal(done.layerDigest, digestOf(content));
}

function descriptorOf(content, mediaType) {
  return { mediaType, digest: digestOf(content), size: content.length };
}

async function push(repositoryName, name, members = {}) {
  const [config, layer] = [`config ${name}`, `layer ${name}`];
  await upload(repositoryName, config);
  await upload(repositoryName, layer);
  const imageManifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${IMAGE}.manifest.v1+json`,
    config: descriptorOf(config, `${IMAGE}.config.v1+json`),
    layers: [descriptorOf(layer, `${IMAGE}.layer.v1.tar+gzip`)],
    ...members,
  });
  const pushed = await call("PutImage", { repositoryName, imageManifest, imageTag: name });
  assert.equal(pushed.image.imageId.imageDigest, digestOf(imageManifest));
  return imageManifest;
}

test("repositories and their settings", async () => {
  const { repository } = await call("CreateRepository", {
    repositoryName: "settings",
    tags: [{ Key: "team", Value: "payments" }],
  });
  assert.ok(repository.createdAt instanceof Date);
  const resourceArn = repository.repositoryArn;
  await call("TagResource", { resourceArn, tags: [{ Key: "stage", Value: "prod" }] });
  await call("UntagResource", { resourceArn, tagKeys: ["team"] });
  const { tags } = await call("ListTagsForResource", { resourceArn });
  assert.deepEqual(tags, [{ Key: "stage", Value: "prod" }]);

  const named = { repositoryName: "settings" };
  const mutability = await call("PutImageTagMutability", {
    ...named,
    imageTagMutability: "IMMUTABLE",
  });
  assert.equal(mutability.imageTagMutability, "IMMUTABLE");
  await call("PutImageScanningConfiguration", {
    ...named,
    imageScanningConfiguration: { scanOnPush: true },
  });
  const scanning = await call("BatchGetRepositoryScanningConfiguration", {
    repositoryNames: ["settings", "none"],
  });
  assert.equal(scanning.scanningConfigurations[0].scanOnPush, true);
  assert.equal(scanning.failures[0].failureCode, "REPOSITORY_NOT_FOUND");

  await call("SetRepositoryPolicy", { ...named, policyText: policyOf("ecr:BatchGetImage") });
  const { policyText } = await call("GetRepositoryPolicy", named);
  assert.ok(policyText.includes("ecr:BatchGetImage"));
  await call("DeleteRepositoryPolicy", named);
  await assert.rejects(call("GetRepositoryPolicy", named), sdk.RepositoryPolicyNotFoundException);

  await call("DeleteRepository", named);
  await assert.rejects(call("DeleteRepository", named), sdk.RepositoryNotFoundException);
});

test("errors have their class, their members and their request id", async () => {
  const named = { repositoryName: "errors" };
  await call("CreateRepository", named);
  await assert.rejects(call("CreateRepository", named), (error) => {
    assert.ok(error instanceof sdk.RepositoryAlreadyExistsException);
    assert.ok(error instanceof sdk.ECRServiceException);
    assert.match(error.message, /'errors' already exists/);
    assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });
  const { uploadId } = await call("InitiateLayerUpload", named);
  const part = { ...named, uploadId, partFirstByte: 5, partLastByte: 9 };
  await assert.rejects(
    call("UploadLayerPart", { ...part, layerPartBlob: Buffer.from("later") }),
    (error) => {
      assert.ok(error instanceof sdk.InvalidLayerPartException);
      assert.deepEqual([error.uploadId, error.lastValidByteReceived], [uploadId, -1]);
      return true;
    },
  );
  await assert.rejects(call("CreateRepository", { repositoryName: "UPPER" }), (error) => {
    assert.ok(error instanceof sdk.InvalidParameterException);
    assert.match(error.message, /'repositoryName'/);
    return true;
  });
});

test("a throttled call is tried again", async () => {
  await control("POST", "/faults", { fault: "THROTTLED", operationName: "DescribeRegistry" });
  const { registryId, $metadata } = await call("DescribeRegistry");
  assert.deepEqual([registryId, $metadata.attempts], [ACCOUNT, 2]);
});

test("images from their layers to their deletion", async () => {
  const repositoryName = "images";
  await call("CreateRepository", { repositoryName });
  const manifest = await push(repositoryName, "v1");
  const imageDigest = digestOf(manifest);
  const layerDigest = digestOf("layer v1");

  const { layers } = await call("BatchCheckLayerAvailability", {
    repositoryName,
    layerDigests: [layerDigest],
  });
  assert.equal(layers[0].layerAvailability, "AVAILABLE");
  const { downloadUrl } = await call("GetDownloadUrlForLayer", { repositoryName, layerDigest });
  assert.equal(await (await fetch(downloadUrl)).text(), "layer v1");

  const imageIds = [{ imageTag: "v1" }, { imageTag: "none" }];
  const pulled = await call("BatchGetImage", { repositoryName, imageIds });
  assert.equal(pulled.images[0].imageManifest, manifest);
  assert.equal(pulled.failures[0].failureCode, "ImageNotFound");

  const subject = descriptorOf(manifest, `${IMAGE}.manifest.v1+json`);
  await push(repositoryName, "bill", { subject, artifactType: "application/spdx+json" });
  const { referrers } = await call("ListImageReferrers", {
    repositoryName,
    subjectId: { imageDigest },
  });
  assert.equal(referrers[0].artifactType, "application/spdx+json");

  const listed = await collect("ListImages", { repositoryName }, 1, "imageIds");
  assert.deepEqual(sorted(listed.map((id) => id.imageTag)), ["bill", "v1"]);
  const described = await collect("DescribeImages", { repositoryName }, 1, "imageDetails");
  assert.equal(described.length, 2);
  assert.ok(described.every((image) => image.imagePushedAt instanceof Date));

  const archived = await call("UpdateImageStorageClass", {
    repositoryName,
    imageId: { imageDigest },
    targetStorageClass: "ARCHIVE",
  });
  assert.equal(archived.imageStatus, "ARCHIVED");
  const deleted = await call("BatchDeleteImage", { repositoryName, imageIds: [{ imageDigest }] });
  assert.deepEqual(deleted.imageIds, [{ imageDigest, imageTag: "v1" }]);
});

test("lifecycle policies, and the waiter for their preview", async () => {
  const named = { repositoryName: "lifecycle" };
  await call("CreateRepository", named);
  for (const name of ["one", "two", "three"]) {
    await push("lifecycle", name);
    await call("BatchDeleteImage", { ...named, imageIds: [{ imageTag: "none" }] });
  }
  const rule = { ...EXPIRE, selection: { ...EXPIRE.selection, tagStatus: "any" } };
  const lifecyclePolicyText = JSON.stringify({ rules: [rule] });
  await call("PutLifecyclePolicy", { ...named, lifecyclePolicyText });
  assert.ok((await call("GetLifecyclePolicy", named)).lifecyclePolicyText.includes("expire"));

  await call("StartLifecyclePolicyPreview", named);
  await wait(2);
  const waited = await sdk.waitUntilLifecyclePolicyPreviewComplete(
    { client, maxWaitTime: 30 },
    named,
  );
  assert.equal(waited.state, "SUCCESS");
  const results = await collect("GetLifecyclePolicyPreview", named, 1, "previewResults");
  assert.equal(results.length, 2);
  await call("DeleteLifecyclePolicy", named);
  await assert.rejects(call("GetLifecyclePolicy", named), sdk.LifecyclePolicyNotFoundException);
});

test("scans, the waiter for them, and their findings", async () => {
  const rules = [
    {
      scanFrequency: "SCAN_ON_PUSH",
      repositoryFilters: [{ filter: "scans-on-push", filterType: "WILDCARD" }],
    },
  ];
  await call("PutRegistryScanningConfiguration", { scanType: "BASIC", rules });
  const { scanningConfiguration } = await call("GetRegistryScanningConfiguration");
  assert.deepEqual(scanningConfiguration.rules, rules);

  await call("CreateRepository", { repositoryName: "scans" });
  await push("scans", "v1");
  const image = { repositoryName: "scans", imageId: { imageTag: "v1" } };
  await assert.rejects(call("DescribeImageScanFindings", image), sdk.ScanNotFoundException);
  assert.equal((await call("StartImageScan", image)).imageScanStatus.status, "IN_PROGRESS");
  await wait(2);
  const waited = await sdk.waitUntilImageScanComplete({ client, maxWaitTime: 30 }, image);
  assert.equal(waited.state, "SUCCESS");

  const findings = ["CVE-1", "CVE-2", "CVE-3"].map((name) => ({ name, severity: "HIGH" }));
  await control("POST", "/scan-findings", { ...image, findings });
  const found = [];
  for await (const page of sdk.paginateDescribeImageScanFindings({ client, pageSize: 1 }, image)) {
    found.push(...page.imageScanFindings.findings);
  }
  assert.deepEqual(sorted(found.map((finding) => finding.name)), ["CVE-1", "CVE-2", "CVE-3"]);
});

test("repository creation templates", async () => {
  const names = ["one", "two", "three"];
  for (const prefix of names) {
    await call("CreateRepositoryCreationTemplate", { prefix, appliedFor: ["CREATE_ON_PUSH"] });
  }
  const listed = await collect(
    "DescribeRepositoryCreationTemplates",
    {},
    2,
    "repositoryCreationTemplates",
  );
  assert.deepEqual(sorted(listed.map((template) => template.prefix)), sorted(names));
  const changed = await call("UpdateRepositoryCreationTemplate", {
    prefix: "one",
    description: "one for all",
  });
  assert.equal(changed.repositoryCreationTemplate.description, "one for all");
  await push("two/app", "v1");
  for (const prefix of names) {
    await call("DeleteRepositoryCreationTemplate", { prefix });
  }
});

test("pull through cache rules", async () => {
  const upstreamRegistryUrl = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;
  const upstreams = { one: "public.ecr.aws", two: "registry.k8s.io", three: "quay.io" };
  for (const [ecrRepositoryPrefix, each] of Object.entries(upstreams)) {
    await call("CreatePullThroughCacheRule", { ecrRepositoryPrefix, upstreamRegistryUrl: each });
  }
  const upstream = { upstreamRegistryUrl, upstreamRegistry: "ecr", customRoleArn: ROLE };
  await call("CreatePullThroughCacheRule", { ecrRepositoryPrefix: "ecr", ...upstream });
  const changed = await call("UpdatePullThroughCacheRule", {
    ecrRepositoryPrefix: "ecr",
    customRoleArn: `${ROLE}-two`,
  });
  assert.equal(changed.customRoleArn, `${ROLE}-two`);
  const rules = await collect("DescribePullThroughCacheRules", {}, 3, "pullThroughCacheRules");
  assert.equal(rules.length, 4);
  const checked = await call("ValidatePullThroughCacheRule", { ecrRepositoryPrefix: "one" });
  assert.equal(checked.isValid, true);
  for (const { ecrRepositoryPrefix } of rules) {
    await call("DeletePullThroughCacheRule", { ecrRepositoryPrefix });
  }
});

test("the registry: policy, settings, token", async () => {
  const policyText = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        ...ALLOW,
        Action: ["ecr:ReplicateImage"],
        Resource: [`arn:aws:ecr:us-east-1:${ACCOUNT}:repository/*`],
      },
    ],
  });
  await call("PutRegistryPolicy", { policyText });
  assert.ok((await call("GetRegistryPolicy")).policyText.includes("ecr:ReplicateImage"));
  await call("DeleteRegistryPolicy");
  await assert.rejects(call("GetRegistryPolicy"), sdk.RegistryPolicyNotFoundException);

  await call("PutAccountSetting", { name: "BLOB_MOUNTING", value: "ENABLED" });
  assert.equal((await call("GetAccountSetting", { name: "BLOB_MOUNTING" })).value, "ENABLED");

  const [login] = (await call("GetAuthorizationToken")).authorizationData;
  assert.ok(login.expiresAt > new Date());
  const headers = { Authorization: `Basic ${login.authorizationToken}` };
  assert.equal((await fetch(`${url}/v2/`, { headers })).status, 200);
  assert.equal((await fetch(`${url}/v2/`)).status, 401);
});

test("replication and backfills", async () => {
  const named = { repositoryName: "replicated" };
  await call("CreateRepository", named);
  await push("replicated", "old");
  const destination = { region: "eu-west-1", registryId: ACCOUNT };
  const rules = [
    {
      destinations: [destination],
      repositoryFilters: [{ filter: "replicated", filterType: "PREFIX_MATCH" }],
    },
  ];
  await call("PutReplicationConfiguration", { replicationConfiguration: { rules } });
  assert.deepEqual((await call("DescribeRegistry")).replicationConfiguration, { rules });
  await push("replicated", "new");
  await wait(2);
  const { replicationStatuses } = await call("DescribeImageReplicationStatus", {
    ...named,
    imageId: { imageTag: "new" },
  });
  assert.equal(replicationStatuses[0].status, "COMPLETE");

  const { replicationBackfillId } = await call("StartReplicationBackfill", { destination });
  await wait(5);
  const results = await collect(
    "DescribeReplicationBackfillResults",
    { replicationBackfillId },
    1,
    "results",
  );
  assert.ok(results.length >= 1);
  const second = await call("StartReplicationBackfill", { destination });
  await call("StopReplicationBackfill", { replicationBackfillId: second.replicationBackfillId });
  const backfills = await collect("ListReplicationBackfills", {}, 1, "backfills");
  assert.equal(backfills.length, 2);
});

test("managed signing", async () => {
  const signingConfiguration = { rules: [{ signingProfileArn: PROFILE }] };
  await call("PutSigningConfiguration", { signingConfiguration });
  const stored = await call("GetSigningConfiguration");
  assert.deepEqual(stored.signingConfiguration, signingConfiguration);
  await call("CreateRepository", { repositoryName: "signed" });
  await push("signed", "v1");
  await wait(2);
  const { signingStatuses } = await call("DescribeImageSigningStatus", {
    repositoryName: "signed",
    imageId: { imageTag: "v1" },
  });
  assert.equal(signingStatuses[0].status, "COMPLETE");
  await call("DeleteSigningConfiguration");
  await assert.rejects(call("GetSigningConfiguration"), sdk.SigningConfigurationNotFoundException);
});

test("pull time update exclusions", async () => {
  const principalArn = `arn:aws:iam::${ACCOUNT}:role/scanner`;
  await call("RegisterPullTimeUpdateExclusion", { principalArn });
  const listed = await call("ListPullTimeUpdateExclusions");
  assert.deepEqual(listed.pullTimeUpdateExclusions, [principalArn]);
  await call("DeregisterPullTimeUpdateExclusion", { principalArn });
});

test("repositories by page", async () => {
  const all = await collect("DescribeRepositories", {}, 100, "repositories");
  const parts = await collect("DescribeRepositories", {}, 2, "repositories");
  assert.ok(all.length > 4);
  assert.deepEqual(parts, all);
});

test("all operations that the emulator has were called", () => {
  assert.equal(called.size, 62);
});
