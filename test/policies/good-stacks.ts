import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import type { PackConfig } from '../../policies/lib/judge';
import type { Resource } from '../../policies/lib/objects';
import { program } from '../../program';
import { deploy, encodeConfig, plain, stackConfig, type Registered } from '../deploy';

/** What a stack's file leaves to its owner, and what makes a stack of the repository another one, by section. */
const own: Record<string, { stack: string; sections: Record<string, object>; users?: true }> = {
  lab: { stack: 'lab', sections: {} },
  'lab with a gateway': {
    stack: 'lab',
    sections: { paths: { ingress: { enabled: true }, 'ingress-external': { enabled: true } } },
  },
  'lab with a mesh': { stack: 'lab', sections: { mesh: { enabled: true } } },
  'lab with targets': {
    stack: 'lab',
    sections: {
      targets: [
        {
          name: 'checkout',
          owner: 'shop',
          http: { url: 'https://checkout.shop.svc/', headers: { Authorization: 'Bearer t0ken' } },
        },
        { name: 'corp-dns', dns: { name: 'corp.example.org' } },
        { name: 'orders-db', tcp: { address: 'postgres.data.svc:5432' } },
      ],
    },
  },
  'lab with the load off': { stack: 'lab', sections: { load: { enabled: false } } },
  dev: { stack: 'dev', sections: {} },
  'dev with a mesh': { stack: 'dev', sections: { mesh: { enabled: true } } },
  'dev with an ambient mesh': { stack: 'dev', sections: { mesh: { enabled: true, mode: 'ambient' } } },
  prod: {
    stack: 'prod',
    sections: {
      cluster: {
        account: '123456789012',
        publicCidrs: ['198.51.100.7/32'],
        instanceChaos: { stopAlarm: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:pages' },
      },
      monitoring: {
        receivers: [{ name: 'on-call', url: 'https://pager.example.org/', severities: ['page', 'ticket'] }],
      },
    },
  },
  gmp: {
    stack: 'gke',
    users: true,
    sections: {
      cluster: { kind: 'existing', name: 'gke', context: 'gke' },
      images: { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' },
      injector: { exportInterval: '10s' },
      monitoring: {
        kind: 'gmp',
        otlp: { url: 'http://collector.otel.svc:4318/v1/metrics' },
        managedAlertmanager: {},
        receivers: [{ name: 'on-call', url: 'https://pager.example.org/', severities: ['page', 'ticket'] }],
      },
    },
  },
};

/** The levels of a user's stack, which has no file here. */
const usersLevels: PackConfig = { 'network-policies': 'disabled' };

/** Names of the stacks that exist today, as far as the program can make them. */
export const goodStacks = Object.keys(own);

/** What the engine would register for a stack, as it comes over the wire. */
export async function registered(name: string, preview = false): Promise<Registered[]> {
  const { stack, sections, users } = own[name]!;
  const config: Record<string, unknown> = users ? {} : stackConfig(stack);
  for (const [section, fields] of Object.entries(sections)) {
    const key = `continuous-load:${section}`;
    config[key] = Array.isArray(fields)
      ? fields
      : { ...JSON.parse((config[key] as string | undefined) ?? '{}'), ...fields };
  }
  pulumi.runtime.setAllConfig(encodeConfig(config));
  const { resources } = await deploy(program, { stack, preview });
  return resources;
}

/** A stack as rules see it. */
export async function goodStack(name: string): Promise<Resource[]> {
  const resources = await registered(name);
  return resources.map(({ urn, type, inputs }) => ({ urn, type, props: plain(inputs) }));
}

/** The levels and settings of a stack of the repository. */
export function packConfig(name: string): PackConfig {
  if (own[name]?.users) return usersLevels;
  const file = join(__dirname, '../../policies/stacks', `${own[name]?.stack ?? name}.json`);
  return JSON.parse(readFileSync(file, 'utf8'));
}
